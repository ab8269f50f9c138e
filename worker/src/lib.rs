//! The worker: claims tasks, runs their handlers, and reports how each attempt ended.
//!
//! ```text
//! hints, scans -> ready list -> claim -> attempts -> reporter
//!                                 \- leases: heartbeat, lease clock, lost attempts
//! rescuer: takes back what dead workers held
//! stats: reports what was counted; one of all workers writes the line of numbers
//! ```
//!
//! Several workers share one database and know nothing of each other. What a worker believes about its attempts may be
//! wrong at any time (it was stopped, or cut off); the lease epoch in every write decides. See `docs/ARCHITECTURE.md`.

mod backoff;
mod claim;
mod config;
mod core;
mod counters;
mod db_error;
mod drain;
mod execute;
pub mod handler;
mod health;
mod heartbeat;
mod hints;
mod holdings;
mod housekeeping;
mod lease_clock;
mod lost;
mod metrics;
mod observed;
mod outcome;
mod parts;
mod ready_list;
mod reporter;
mod rescuer;
mod run;
mod runner;
mod scan;
mod stats;
mod steady;
mod tally;

pub use self::config::Config;
pub use self::handler::{Attempt, Handler, Handlers};
pub use self::metrics::Metrics;
pub use self::outcome::Outcome;
pub use self::run::{RunError, run, run_with};
