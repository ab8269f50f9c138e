//! The real `ctap`, started, used, stopped and killed as a person would.

#![expect(clippy::expect_used, reason = "the helpers of tests fail a test by it")]

mod crash;
mod dev;
mod environment;
mod folder;
mod home;
mod key;
mod life;
mod processes;
mod refused;
mod stop;
