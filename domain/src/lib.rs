//! The rules of ctap, and the SQL that enforces them. Knows neither axum nor async-graphql.
//!
//! A task changes only through the functions of [`task`]: each takes a transaction, guards the change in its WHERE and
//! writes the audit row in the same statement, so neither can exist without the other. The state machine is drawn in
//! `docs/STATE-MACHINE.md`; the ten rules that must always hold stand in `docs/ARCHITECTURE.md`.

pub mod access;
pub mod audit;
pub mod condition;
pub mod counts;
pub mod event;
pub mod feed;
pub mod ids;
pub mod invariant;
pub mod json;
pub mod kind;
pub mod page;
pub mod queue;
pub mod schema;
mod sql;
pub mod stats;
pub mod task;
pub mod text;
mod trace;

pub use entity;
pub use entity::{JsonText, TaskStatus};
pub use ids::IdClock;
pub use trace::{NoTraceParent, TraceContext};
