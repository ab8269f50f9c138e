//! For tests only: a real PostgreSQL per test process, a migrated database per test, an issuer of tokens, factories and
//! waiting.
//!
//! ```no_run
//! # async fn example() {
//! let db = testkit::TestDb::new().await;
//! let acme = db.tenant("acme").await;
//! let task = db.submit(&acme, testkit::echo(1)).await;
//! db.assert_invariants().await;
//! # }
//! ```

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod database;
mod factory;
mod issuer;
mod server;
mod signing_key;
mod wait;

pub use database::{EmptyDb, Role, TestDb};
pub use domain;
pub use entity;
pub use factory::{Tenant, echo, http, new_task, sleep};
pub use issuer::{Answer, Issuer, now};
pub use signing_key::{SigningKey, sign_hs256};
pub use wait::{DEADLINE, until, until_within};
