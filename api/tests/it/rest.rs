//! The REST facade, as a plain submitter uses it.

mod audit;
mod bad_input;
mod idempotency;
mod life;
mod list;
mod negotiation;
mod openapi;
mod operate;
mod tenants;
mod wait;
