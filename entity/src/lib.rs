//! SeaORM models of ctap's tables and the enum that PostgreSQL declares.
//!
//! No logic and no GraphQL derives live here: the rules are in `domain`, the public types in `api`.
//! The tables themselves are made by `migration`, whose SQL is the single source of names and types.

pub mod api_key;
pub mod audit_log;
pub mod audit_origin;
pub mod json_text;
pub mod lease;
pub mod queue;
pub mod task;
pub mod tenant;
pub mod user;

pub use json_text::JsonText;
pub use task::TaskStatus;
