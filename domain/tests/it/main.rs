//! The rules against a real PostgreSQL, every process under its own role.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod access;
mod catch_up;
mod claim;
mod clock;
mod counts;
mod create;
mod create_many;
mod every_state;
mod feed;
mod feed_plans;
mod fence;
mod filters;
mod hints;
mod invariant;
mod list_plans;
mod lists;
mod numbers;
mod plans;
mod prune;
mod queues;
mod rescue;
mod stage;
mod stats;
mod stats_reports;
mod texts;
