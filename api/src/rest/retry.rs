//! `POST /v1/tasks/{id}/retry`: a new life for a task.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::audit::Caller;

use super::operate::{Operation, OperationBody};
use super::path::TaskId;
use super::task::{TaskBody, written};
use crate::error::ApiError;
use crate::service;
use crate::state::AppState;

/// Gives a failed or cancelled task a new life.
///
/// It is due now, with all its attempts again.
#[utoipa::path(
    post,
    path = "/v1/tasks/{id}/retry",
    operation_id = "retryTask",
    tag = "tasks",
    params(
        ("id" = Uuid, Path, description = "The task's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the task that is meant; 412 when it has changed since."),
    ),
    request_body = Option<OperationBody>,
    responses((status = OK, description = "The task as it is now.", body = TaskBody, headers(
        ("Content-Location" = String, description = "Where the task is read."),
        ("ETag" = String, description = "Of the task."),
    ))),
)]
pub(super) async fn retry(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    TaskId(id): TaskId,
    Operation(order): Operation,
) -> Result<Response, ApiError> {
    let operated = service::retry_task(&state, &caller, id, order).await?;
    Ok(written(StatusCode::OK, operated.task))
}
