//! For tests only: the real binaries as child processes, and clients that speak to them over real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod binaries;
mod client;
mod process;
mod socket;
mod system;

pub use client::Client;
pub use process::Process;
pub use socket::{Socket, Subscription};
pub use system::System;
