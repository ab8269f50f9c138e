//! Servers that start, stop and are orphaned, for real.

#![expect(clippy::expect_used, reason = "the helpers of tests fail a test by it")]

mod account;
mod crash;
mod ephemeral;
mod home;
mod owner;
mod persistent;
mod support;
