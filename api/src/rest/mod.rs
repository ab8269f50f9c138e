//! The REST facade: the same rules as GraphQL for plain submitters.

mod audit;
mod body;
mod create;
mod etag;
mod get;
mod idempotency;
mod input;
mod page;
mod path;

use axum::Router;
use axum::routing::{get, post};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::TaskStatus;

use crate::state::AppState;

/// All routes; every one of them needs a key, which the caller of this function sees to.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/tasks", post(create::create))
        .route("/v1/tasks/{id}", get(get::get))
        .route("/v1/tasks/{id}/audit", get(audit::audit))
}

/// A task's state as REST spells it.
pub(crate) fn status_text(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Pending => "pending",
        TaskStatus::Running => "running",
        TaskStatus::Done => "done",
        TaskStatus::Failed => "failed",
        TaskStatus::Cancelled => "cancelled",
    }
}

/// RFC 3339 in UTC, with microseconds: what PostgreSQL keeps.
fn time_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
