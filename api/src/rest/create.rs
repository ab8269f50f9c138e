//! `POST /v1/tasks`: 202, because the work is still to be done.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use domain::audit::Caller;

use super::body::JsonBody;
use super::get::TaskBody;
use super::{idempotency, input};
use crate::error::ApiError;
use crate::service;
use crate::state::AppState;

pub(super) async fn create(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let mut new = input::new_task(body)?;
    new.idempotency_key = idempotency::key(&headers, new.idempotency_key)?;
    let task = service::create_task(&state, &caller, new).await?.task;
    let location = format!("/v1/tasks/{}", task.id);
    let headers = [(header::LOCATION, location), (header::CACHE_CONTROL, "no-store".into())];
    Ok((StatusCode::ACCEPTED, headers, Json(TaskBody::from(task))).into_response())
}
