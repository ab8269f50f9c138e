//! The schema against a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod append_only;
mod cluster;
mod first_admin;
mod grants;
mod lists;
mod logins;
mod owner;
mod partitions;
mod up_down;
