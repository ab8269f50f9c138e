//! The scalars that GraphQL itself does not have.

mod cursor;
mod date_time;
mod json;
mod uuid;

pub(crate) use cursor::Cursor;
pub(crate) use date_time::DateTime;
pub(crate) use json::Json;
pub(crate) use uuid::{UuidScalar, parse as parse_uuid};
