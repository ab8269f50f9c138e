//! `GET /v1/tasks/{id}/audit`: the trail of a task, oldest first.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::audit::{self, Action, Caller, Filter};
use domain::entity::audit_log::Model;
use domain::page::{self as pages, Order};
use domain::task;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::{self, Page};
use super::path::TaskId;
use super::query::Parameters;
use super::status::Status;
use super::task as body;
use crate::cursor::Scope;
use crate::error::ApiError;
use crate::service;
use crate::state::AppState;
use crate::time;

/// Lists the trail of a task, oldest first.
#[utoipa::path(
    get,
    path = "/v1/tasks/{id}/audit",
    operation_id = "listTaskAudit",
    tag = "tasks",
    params(
        ("id" = Uuid, Path, description = "The task's id."),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 100, description = "Most items of the page; 50 when not given."),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before."),
    ),
    responses((status = OK, description = "A page.", body = Page<AuditBody>, headers(
        ("Link" = String, description = "`rel=\"next\"`: where the next page is, when there is one."),
    ))),
)]
pub(super) async fn audit(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    TaskId(id): TaskId,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let mut parameters = Parameters::read(query.as_deref(), &["limit", "cursor"]);
    let limit = parameters.limit();
    parameters.check()?;
    let tenant_id = caller.tenant_id;
    let scope = Scope::new(tenant_id, "rest.audit", &json!({ "task": id }));
    let after = parameters.text("cursor").map(|cursor| scope.read_page(cursor)).transpose()?;
    let filter = Filter { task_id: Some(id).into(), ..Filter::default() };
    service::audit_is_read(&state, &caller, Some(id)).await?;
    let read = state.lists.begin(None).await?;
    // One more than asked for tells whether a next page exists.
    let wanted = pages::Page { after, limit: limit + 1, order: Order::Oldest, ..pages::Page::default() };
    let rows = audit::list(read.db(), tenant_id, &filter, wanted).await?;
    if rows.is_empty() && task::head(read.db(), tenant_id, id).await?.is_none() {
        state.access.not_found(&caller, "listTaskAudit", id);
        return Err(ApiError::not_found());
    }
    drop(read);
    let path = format!("{}/audit", body::address(id));
    Ok(page::answer::<Model, AuditBody>(&path, &parameters, limit, rows, false, |row| scope.page(row.id)))
}

/// A row of the trail as REST shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditLog)]
struct AuditBody {
    /// UUIDv7.
    id: Uuid,
    /// What happened.
    #[schema(examples("task.completed"))]
    action: String,
    /// Who did it.
    #[schema(examples("user:01a207fd-e674-70db-9a4c-a4e5f6f20d41", "worker:vm-29da55e7"))]
    actor: String,
    /// To which task; null for what concerns none.
    #[schema(required)]
    task_id: Option<Uuid>,
    /// When, by the database's clock.
    #[schema(format = DateTime)]
    timestamp: String,
    /// The task's version after a transition; null for a row that is none, such as a refused result.
    #[schema(required)]
    seq: Option<i64>,
    /// The task's state before.
    #[schema(required)]
    status_before: Option<Status>,
    /// The task's state after.
    #[schema(required)]
    status_after: Option<Status>,
    /// Which attempt it was.
    #[schema(required)]
    attempt: Option<i32>,
    /// What an operator gave as reason.
    #[schema(required)]
    reason: Option<String>,
    /// Which key the actor used.
    #[schema(required)]
    key_id: Option<String>,
    /// Of the request that caused it.
    #[schema(required)]
    request_id: Option<String>,
    /// Of the trace (W3C) that it belongs to.
    #[schema(required)]
    trace_id: Option<String>,
    /// What else is known, by action.
    #[schema(required)]
    detail: Option<Value>,
}

impl From<Model> for AuditBody {
    fn from(row: Model) -> AuditBody {
        let action = Action::parse(&row.action);
        // Of an operator's transitions the row itself says where they left from.
        let stated = row.detail.as_ref().and_then(|detail| detail["from"].as_str()).and_then(Status::parse);
        AuditBody {
            status_before: action.and_then(Action::status_before).map(Status::from).or(stated),
            status_after: action.and_then(Action::status_after).map(Status::from),
            id: row.id,
            action: row.action,
            actor: row.actor,
            task_id: row.task_id,
            timestamp: time::text(row.timestamp),
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
