//! GraphQL over HTTP.

mod bounds;
mod client;
mod create_tasks;
mod errors;
mod filters;
mod idempotency;
mod lists;
mod loaders;
mod methods;
mod mutations;
mod nodes;
mod queues;
mod statuses;
mod tenants;
mod transport;

pub(crate) use client::{data, execute, failure};
