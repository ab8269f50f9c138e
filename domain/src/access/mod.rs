//! Who may use the platform: tenants, users and their API keys, and what the trail says of it.

mod authenticate;
mod create_key;
mod create_tenant;
mod create_user;
mod disable_tenant;
mod disable_user;
mod error;
mod issue_key;
mod key;
mod note;
mod origin;
mod read;
pub mod record;
mod revoke_key;
mod rotate_key;
mod rules;
mod scope;
mod still_good;
mod token_user;

pub use authenticate::{Principal, Refusal, authenticate};
pub use create_key::{CreatedKey, NewKey, create_key};
pub use create_tenant::{CreatedTenant, create_tenant};
pub use create_user::create_user;
pub use disable_tenant::disable_tenant;
pub use disable_user::disable_user;
pub use error::AccessError;
pub use issue_key::{IssuedKey, KeySpec, issue_key};
pub use key::{ApiKey, KeyError};
pub use note::By;
pub use origin::{Origin, erase_origins, origin_hash, origins};
pub use read::{key, keys, keys_of_ids, list_users, tenant, tenant_named, tenants, users};
pub use revoke_key::revoke_key;
pub use rotate_key::{MAX_OVERLAP, RotatedKey, Rotation, rotate_key};
pub use scope::{Scope, Scopes};
pub use still_good::{good_keys, good_users, keys_were_used};
pub use token_user::{TokenUser, token_user};
