//! `GET /v1/tasks/{id}`.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use domain::audit::Caller;
use domain::entity::task::Model;
use domain::task;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::path::TaskId;
use super::{etag, status_text, time_text};
use crate::error::ApiError;
use crate::state::AppState;

/// What keeps answers out of shared caches, and from the eyes of another key of the same browser.
pub(super) const PRIVATE: [(HeaderName, &str); 2] =
    [(header::CACHE_CONTROL, "private, no-cache"), (header::VARY, "Authorization")];

pub(super) async fn get(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    TaskId(id): TaskId,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let task = task::get(&state.db, caller.tenant_id, id).await?.ok_or_else(ApiError::not_found)?;
    let tag = etag::of_version(task.version);
    let unchanged = etag::matches(&headers, &tag);
    let tag = [(header::ETAG, tag)];
    Ok(if unchanged {
        (StatusCode::NOT_MODIFIED, PRIVATE, tag).into_response()
    } else {
        (PRIVATE, tag, Json(TaskBody::from(task))).into_response()
    })
}

/// A task as REST shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TaskBody {
    id: Uuid,
    status: &'static str,
    kind: String,
    queue: String,
    priority: i16,
    payload: Value,
    result: Option<Value>,
    error: Option<Value>,
    attempt: i32,
    max_attempts: i32,
    timeout_seconds: i32,
    reference: Option<String>,
    idempotency_key: Option<String>,
    version: i64,
    created_by: Uuid,
    worker_id: Option<String>,
    run_at: String,
    created_at: String,
    updated_at: String,
    finished_at: Option<String>,
}

impl From<Model> for TaskBody {
    fn from(task: Model) -> TaskBody {
        TaskBody {
            id: task.id,
            status: status_text(task.status),
            kind: task.kind,
            queue: task.queue,
            priority: task.priority,
            payload: task.payload,
            result: task.result,
            error: task.error,
            attempt: task.attempt,
            max_attempts: task.max_attempts,
            timeout_seconds: task.timeout_seconds,
            reference: task.reference,
            idempotency_key: task.idempotency_key,
            version: task.version,
            created_by: task.created_by,
            worker_id: task.worker_id,
            run_at: time_text(task.run_at),
            created_at: time_text(task.created_at),
            updated_at: time_text(task.updated_at),
            finished_at: task.finished_at.map(time_text),
        }
    }
}
