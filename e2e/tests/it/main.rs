//! The real binaries over real sockets, and what happens when they die.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod bad_input;
mod configuration;
mod death;
mod drain;
mod edge;
mod hostile;
mod life;
mod listeners;
mod logins;
mod observability;
mod secrets;
mod stats;
