//! A task as REST shows it: its JSON, its tag, its address.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::JsonText;
use domain::entity::task::Model;
use domain::task::{Head, Texts};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::etag;
use super::status::Status;
use crate::time;

/// What keeps answers out of shared caches, and from the eyes of another key of the same browser.
pub(super) const PRIVATE: [(HeaderName, &str); 2] =
    [(header::CACHE_CONTROL, "private, no-cache"), (header::VARY, "Authorization")];

const NO_STORE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// What went wrong in an attempt.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the worker has written")]
pub(super) struct TaskError {
    /// For programs.
    code: String,
    /// For people; cut and cleaned.
    message: String,
}

/// A task.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Task)]
pub(super) struct TaskBody {
    /// UUIDv7.
    id: Uuid,
    status: Status,
    /// Which handler runs it.
    kind: String,
    /// Which line it waits in.
    queue: String,
    /// -100 to 100, higher first.
    priority: i16,
    /// The handler's input.
    #[schema(required, value_type = Value)]
    payload: Option<JsonText>,
    /// What the handler answered; set when done.
    #[schema(required, value_type = Option<Value>)]
    result: Option<JsonText>,
    /// What went wrong in the last attempt.
    #[schema(required, value_type = Option<TaskError>)]
    error: Option<Value>,
    /// The attempt that runs or ran last; 0 before the first.
    attempt: i32,
    /// How often it is tried at most.
    max_attempts: i32,
    /// Of one attempt.
    timeout_seconds: i32,
    /// The submitter's own id.
    #[schema(required)]
    reference: Option<String>,
    /// Under which it was submitted.
    #[schema(required)]
    idempotency_key: Option<String>,
    /// Rises with every change.
    version: i64,
    /// The user whose key submitted it.
    created_by: Uuid,
    /// Who runs it.
    #[schema(required)]
    worker_id: Option<String>,
    /// Not run before; the next attempt's time after a failed one.
    #[schema(format = DateTime)]
    run_at: String,
    /// When it was submitted.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it changed last.
    #[schema(format = DateTime)]
    updated_at: String,
    /// When it was done, failed or cancelled.
    #[schema(required, format = DateTime)]
    finished_at: Option<String>,
}

impl From<Model> for TaskBody {
    fn from(task: Model) -> TaskBody {
        let texts = Texts { payload: Some(task.payload.clone()), result: task.result.clone() };
        (Head::from(task), texts).into()
    }
}

impl From<(Head, Texts)> for TaskBody {
    fn from((task, texts): (Head, Texts)) -> TaskBody {
        TaskBody {
            id: task.id,
            status: task.status.into(),
            kind: task.kind,
            queue: task.queue,
            priority: task.priority,
            payload: texts.payload,
            result: texts.result,
            error: task.error,
            attempt: task.attempt,
            max_attempts: task.max_attempts,
            timeout_seconds: task.timeout_seconds,
            reference: task.reference,
            idempotency_key: task.idempotency_key,
            version: task.version,
            created_by: task.created_by,
            worker_id: task.worker_id,
            run_at: time::text(task.run_at),
            created_at: time::text(task.created_at),
            updated_at: time::text(task.updated_at),
            finished_at: task.finished_at.map(time::text),
        }
    }
}

/// Where a task is read.
pub(super) fn address(id: Uuid) -> String {
    format!("/v1/tasks/{id}")
}

/// The answer to a read.
pub(super) fn read(task: Model) -> Response {
    (PRIVATE, tag(&task), Json(TaskBody::from(task))).into_response()
}

/// The answer to a read of what the client has already (RFC 9110, 15.4.5).
pub(super) fn unchanged(task: &Model) -> Response {
    (StatusCode::NOT_MODIFIED, PRIVATE, tag(task)).into_response()
}

/// The answer to a write. `Content-Location` says that the body, and with it the tag, is what a read of the task shows
/// (RFC 9110, 8.7).
pub(super) fn written(status: StatusCode, task: Model) -> Response {
    let location = [(header::CONTENT_LOCATION, address(task.id))];
    (status, NO_STORE, location, tag(&task), Json(TaskBody::from(task))).into_response()
}

/// Puts a header on an answer; text that cannot be one is left out.
pub(super) fn put(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn tag(task: &Model) -> [(HeaderName, String); 1] {
    [(header::ETAG, etag::of_version(task.version))]
}
