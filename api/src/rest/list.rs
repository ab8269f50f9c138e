//! `GET /v1/tasks`: newest first.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::TaskStatus;
use domain::audit::Caller;
use domain::condition::Condition;
use domain::page as pages;
use domain::task::{self, Filter, Head, Texts, Wanted};

use super::page::{self, Page};
use super::query::Parameters;
use super::status::Status;
use super::task::TaskBody;
use crate::cursor::Scope;
use crate::error::ApiError;
use crate::limits::MAX_PAGE_TEXT_BYTES;
use crate::lists::FEW;
use crate::state::AppState;

const PATH: &str = "/v1/tasks";
const KNOWN: &[&str] = &["status", "kind", "queue", "reference", "limit", "cursor"];

/// Lists tasks, newest first.
///
/// All conditions must hold. The next page is in `next`, and in `Link`; a cursor belongs to its filter. A page ends before its
/// limit where its payloads and results would have more than 4 MiB.
#[utoipa::path(
    get,
    path = "/v1/tasks",
    operation_id = "listTasks",
    tag = "tasks",
    params(
        ("status" = Option<Vec<Status>>, Query, style = Form, explode = false, min_items = 1, description = "In one of these states, separated by commas."),
        ("kind" = Option<String>, Query, min_length = 1, max_length = 255, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$", description = "Of this kind."),
        ("queue" = Option<String>, Query, min_length = 1, max_length = 255, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$", description = "Of this queue."),
        ("reference" = Option<String>, Query, min_length = 1, max_length = 255, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$", description = "The one with this reference of the submitter's own."),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 100, description = "Most items of the page; 50 when not given."),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before, with the same filter."),
    ),
    responses((status = OK, description = "A page.", body = Page<TaskBody>, headers(
        ("Link" = String, description = "`rel=\"next\"`: where the next page is, when there is one."),
    ))),
)]
pub(super) async fn list(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let mut parameters = Parameters::read(query.as_deref(), KNOWN);
    let limit = parameters.limit();
    let filter = asked(&mut parameters);
    parameters.check()?;
    let scope = Scope::new(caller.tenant_id, "rest.tasks", &filter.canonical());
    let after = parameters.text("cursor").map(|cursor| scope.read_page(cursor)).transpose()?;
    // One more than asked for tells whether a next page exists.
    let wanted = pages::Page { after, limit: limit + 1, ..pages::Page::default() };
    let _turn = if limit > FEW { state.lists.texts().await } else { None };
    let read = state.lists.begin(None).await?;
    let listed = task::list_with_texts(read.db(), caller.tenant_id, &filter, wanted, Wanted::ALL, MAX_PAGE_TEXT_BYTES).await?;
    drop(read);
    let cursor = |(task, _): &(Head, Texts)| scope.page(task.id);
    Ok(page::answer::<_, TaskBody>(PATH, &parameters, limit, listed.tasks, listed.cut, cursor))
}

/// Which tasks.
fn asked(parameters: &mut Parameters) -> Filter {
    Filter {
        status: statuses(parameters),
        kind: parameters.searched("kind").into(),
        queue: parameters.searched("queue").into(),
        reference: parameters.searched("reference").into(),
        ..Filter::default()
    }
}

fn statuses(parameters: &mut Parameters) -> Condition<TaskStatus> {
    let Some(text) = parameters.text("status") else { return Condition::Any };
    let statuses: Option<Vec<_>> = text.split(',').map(Status::parse).collect();
    if statuses.is_none() {
        let rule = "must be pending, running, done, failed or cancelled, or several of them separated by commas";
        parameters.broken("status", rule);
    }
    Condition::one_of(statuses.into_iter().flatten().map(TaskStatus::from))
}
