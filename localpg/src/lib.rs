//! A private PostgreSQL for `ctap dev` and the tests.
//!
//! [`Binaries`] finds PostgreSQL on the machine or downloads it once, [`cluster_home`] says where a data
//! folder's cluster lives, and [`Server`] runs one: as an unprivileged account when we are root, on a free
//! port of 127.0.0.1, watched by a guardian that stops it when its owner dies in any way.

mod account;
mod cache;
mod candidates;
mod command;
mod download;
mod error;
mod folder;
mod guardian;
mod home;
mod initdb;
mod launch;
mod locate;
mod lock;
mod password;
mod postmaster;
mod process;
mod ready;
mod remove;
mod server;
mod settings;

pub use error::Error;
pub use home::{ClusterHome, cluster_home};
pub use locate::Binaries;
pub use lock::Lock;
pub use remove::remove_cluster;
pub use server::{Options, Server};
