//! GraphQL over HTTP.

mod client;
mod create_tasks;
mod errors;
mod idempotency;
mod lists;
mod mutations;
mod tenants;
mod transport;

pub(crate) use client::{data, execute, failure};
