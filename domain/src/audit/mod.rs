//! The append-only trail. Only the transitions of this crate can write to it; readers page through it.

mod action;
mod append;
mod caller;
mod failure;
mod filter;
mod read;
mod trails;

pub use crate::page::{End, Order, Page};
pub use action::Action;
pub(crate) use append::{Row, append};
pub use caller::Caller;
pub(crate) use failure::Audited;
pub use failure::write_failures;
pub use filter::Filter;
pub use read::{get_many, list, of_task, versions_after};
pub use trails::trails;

/// The tenant that owns what belongs to none.
pub const PLATFORM_TENANT: uuid::Uuid = uuid::Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001);
