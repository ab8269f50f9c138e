//! The REST facade, as a plain submitter uses it.

mod audit;
mod bad_input;
mod idempotency;
mod life;
mod tenants;
