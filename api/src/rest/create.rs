//! `POST /v1/tasks`: 202, because the work is still to be done.

use std::time::Instant;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use domain::audit::Caller;

use super::body::JsonBody;
use super::input::NewTaskBody;
use super::task::{TaskBody, address, put, written};
use super::{idempotency, input, prefer, wait};
use crate::error::ApiError;
use crate::observed::Waited;
use crate::service;
use crate::state::AppState;

/// When it is worth asking again, in seconds.
const RETRY_AFTER: &str = "1";

/// Submits a task.
///
/// A repeat with the same idempotency key answers with the first task. With `Prefer: wait=n` the answer waits for up to
/// n seconds (30 at most) for the task to end.
#[utoipa::path(
    post,
    path = "/v1/tasks",
    operation_id = "createTask",
    tag = "tasks",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat find the first task: 1 to 255 printable ASCII characters, bare or as a string in quotes.", example = "order-7"),
        ("Prefer" = Option<String>, Header, description = "`wait=n`: wait for up to n seconds.", example = "wait=1"),
    ),
    request_body(content = NewTaskBody, example = json!({"kind": "echo", "payload": {"hello": "world"}})),
    responses(
        (status = ACCEPTED, description = "Durable, and still to be done.", body = TaskBody, headers(
            ("Location" = String, description = "Where the task is read."),
            ("Content-Location" = String, description = "The same: the body is what is read there."),
            ("ETag" = String, description = "Of the task."),
            ("Retry-After" = u32, description = "Seconds."),
            ("Preference-Applied" = String, description = "The wait that was granted."),
        )),
        (status = CREATED, description = "The task was made, and has ended within the wait.", body = TaskBody, headers(
            ("Location" = String, description = "Where the task is read."),
            ("Content-Location" = String, description = "The same: the body is what is read there."),
            ("ETag" = String, description = "Of the task."),
            ("Preference-Applied" = String, description = "The wait that was granted."),
        )),
        (status = OK, description = "A repeat: the task was made before, and has ended.", body = TaskBody, headers(
            ("Location" = String, description = "Where the task is read."),
            ("Content-Location" = String, description = "The same: the body is what is read there."),
            ("ETag" = String, description = "Of the task."),
            ("Preference-Applied" = String, description = "The wait that was granted."),
        )),
    ),
)]
pub(super) async fn create(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let mut new = input::new_task(body)?;
    new.idempotency_key = idempotency::key(&headers, new.idempotency_key)?;
    let created = service::create_task(&state, &caller, new).await?;
    let is_new = created.audit_id.is_some();
    let mut task = created.task;
    let granted = prefer::wait(&headers);
    let waiting = Instant::now();
    if let Some(limit) = granted {
        task = wait::until(&state, task, limit, |status, _| status.is_final()).await;
    }
    let waited = Waited(waiting.elapsed());
    let status = match (task.status.is_final(), is_new) {
        (false, _) => StatusCode::ACCEPTED,
        (true, true) => StatusCode::CREATED,
        (true, false) => StatusCode::OK,
    };
    let location = address(task.id);
    let mut response = written(status, task);
    put(&mut response, header::LOCATION, &location);
    if status == StatusCode::ACCEPTED {
        put(&mut response, header::RETRY_AFTER, RETRY_AFTER);
    }
    response.extensions_mut().insert(waited);
    Ok(prefer::applied(response, granted))
}
