//! `GET /v1/tasks/{id}`, at once or when there is something new to tell.

use std::time::Instant;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::audit::Caller;
use domain::task;

use super::path::TaskId;
use super::task::{TaskBody, read, unchanged};
use super::{etag, prefer, wait};
use crate::error::ApiError;
use crate::observed::Waited;
use crate::state::AppState;

/// Reads a task.
///
/// With `Prefer: wait=n` the answer waits for up to n seconds (30 at most): with `If-None-Match` until the task is
/// another than the client has, without it until the task has ended.
#[utoipa::path(
    get,
    path = "/v1/tasks/{id}",
    operation_id = "getTask",
    tag = "tasks",
    params(
        ("id" = Uuid, Path, description = "The task's id."),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of what the client has; 304 while nothing is new."),
        ("Prefer" = Option<String>, Header, description = "`wait=n`: wait for up to n seconds.", example = "wait=1"),
    ),
    responses(
        (status = OK, description = "The task.", body = TaskBody, headers(
            ("ETag" = String, description = "Strong; changes with every change of the task."),
            ("Preference-Applied" = String, description = "The wait that was granted."),
        )),
        (status = NOT_MODIFIED, description = "The client has the present state.", headers(
            ("ETag" = String, description = "As in the request."),
            ("Preference-Applied" = String, description = "The wait that was granted."),
        )),
    ),
)]
pub(super) async fn get(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    TaskId(id): TaskId,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Some(mut task) = task::get(&state.db, caller.tenant_id, id).await? else {
        state.access.not_found(&caller, "getTask", id);
        return Err(ApiError::not_found());
    };
    let known = |version: i64| etag::matches(&headers, &etag::of_version(version));
    let granted = prefer::wait(&headers);
    let waiting = Instant::now();
    if let Some(limit) = granted {
        task = if etag::is_conditional(&headers) {
            wait::until(&state, task, limit, |_, version| !known(version)).await
        } else {
            wait::until(&state, task, limit, |status, _| status.is_final()).await
        };
    }
    let waited = Waited(waiting.elapsed());
    let mut response = if known(task.version) { unchanged(&task) } else { read(task) };
    response.extensions_mut().insert(waited);
    Ok(prefer::applied(response, granted))
}
