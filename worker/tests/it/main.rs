//! The worker against a real PostgreSQL and real targets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod cancel;
mod drain;
mod fairness;
mod handlers;
mod health;
mod hostile;
mod http;
mod http_hostile;
mod http_target;
mod leases;
mod stats;
mod support;
mod target;
mod wake;
