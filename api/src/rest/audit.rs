//! `GET /v1/tasks/{id}/audit`: the trail of a task, oldest first.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use domain::audit::{self, Action, Caller, Filter, Order, Page};
use domain::entity::audit_log::Model;
use domain::task;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::get::PRIVATE;
use super::page::PageQuery;
use super::path::TaskId;
use super::{status_text, time_text};
use crate::cursor::Scope;
use crate::error::{ApiError, Code};
use crate::state::AppState;

pub(super) async fn audit(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    TaskId(id): TaskId,
    query: PageQuery,
) -> Result<Response, ApiError> {
    let tenant_id = caller.tenant_id;
    let scope = Scope::new(tenant_id, "rest.audit", &json!({ "task": id }));
    let after = match query.after {
        Some(text) => Some(scope.read_page(&text).map_err(|error| ApiError::new(Code::InvalidCursor, error.to_string()))?),
        None => None,
    };
    let filter = Filter { task_id: Some(id).into(), ..Filter::default() };
    // One more than asked for tells whether a next page exists.
    let page = Page { after, limit: query.limit + 1, order: Order::Oldest, ..Page::default() };
    let read = state.lists.begin(None).await?;
    let mut rows = audit::list(read.db(), tenant_id, &filter, page).await?;
    if rows.is_empty() && task::get(read.db(), tenant_id, id).await?.is_none() {
        return Err(ApiError::not_found());
    }
    drop(read);
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| scope.page(row.id));
    let items: Vec<_> = rows.into_iter().map(AuditBody::from).collect();
    Ok((PRIVATE, Json(json!({ "items": items, "next": next }))).into_response())
}

/// A row of the trail as REST shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AuditBody {
    id: Uuid,
    action: String,
    actor: String,
    task_id: Option<Uuid>,
    timestamp: String,
    /// The task's version after a transition; null for a row that is none, such as a refused result.
    seq: Option<i64>,
    status_before: Option<&'static str>,
    status_after: Option<&'static str>,
    attempt: Option<i32>,
    reason: Option<String>,
    key_id: Option<String>,
    request_id: Option<String>,
    trace_id: Option<String>,
    detail: Option<Value>,
}

impl From<Model> for AuditBody {
    fn from(row: Model) -> AuditBody {
        let action = Action::parse(&row.action);
        // Of an operator's transitions the row itself says where they left from.
        let stated = row.detail.as_ref().and_then(|detail| detail["from"].as_str()).and_then(known_status);
        AuditBody {
            status_before: action.and_then(Action::status_before).map(status_text).or(stated),
            status_after: action.and_then(Action::status_after).map(status_text),
            id: row.id,
            action: row.action,
            actor: row.actor,
            task_id: row.task_id,
            timestamp: time_text(row.timestamp),
            seq: row.seq,
            attempt: row.attempt,
            reason: row.reason,
            key_id: row.key_id,
            request_id: row.request_id,
            trace_id: row.trace_id,
            detail: row.detail,
        }
    }
}

fn known_status(text: &str) -> Option<&'static str> {
    use domain::TaskStatus::{Cancelled, Done, Failed, Pending, Running};
    [Pending, Running, Done, Failed, Cancelled].map(status_text).into_iter().find(|known| *known == text)
}
