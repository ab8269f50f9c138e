//! Who may use the platform: tenants, users and their API keys.

mod authenticate;
mod create_key;
mod key;
mod read;

pub use authenticate::{Principal, authenticate};
pub use create_key::{CreateKeyError, CreatedKey, NewKey, create_key};
pub use key::{ApiKey, KeyError};
pub use read::{tenant, users};
