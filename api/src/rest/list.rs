//! `GET /v1/tasks`: newest first.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::audit::Caller;
use domain::entity::task::Model;
use domain::task::{self, Filter};
use serde_json::json;

use super::page::{self, Page};
use super::query::Parameters;
use super::status::Status;
use super::task::TaskBody;
use crate::cursor::Scope;
use crate::error::ApiError;
use crate::lists::ListRead;
use crate::state::AppState;

const PATH: &str = "/v1/tasks";
const KNOWN: &[&str] = &["status", "kind", "queue", "reference", "limit", "cursor"];

/// Lists tasks, newest first.
///
/// All conditions must hold. The next page is in `next`, and in `Link`; a cursor belongs to its filter.
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
    responses((status = OK, description = "A page.", body = Page<TaskBody>)),
)]
pub(super) async fn list(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let mut parameters = Parameters::read(query.as_deref(), KNOWN);
    let limit = parameters.limit();
    let wanted = Wanted::read(&mut parameters);
    parameters.check()?;
    let scope = Scope::new(caller.tenant_id, "rest.tasks", &wanted.canonical());
    let after = parameters.text("cursor").map(|cursor| scope.read_page(cursor)).transpose()?;
    let read = state.lists.begin(None).await?;
    // One more than asked for tells whether a next page exists.
    let rows = wanted.rows(&read, &caller, task::Page { after, limit: limit + 1 }).await?;
    drop(read);
    Ok(page::answer::<Model, TaskBody>(PATH, &parameters, limit, rows, |task| scope.page(task.id)))
}

/// Which tasks.
struct Wanted {
    statuses: Vec<Status>,
    kind: Option<String>,
    queue: Option<String>,
    reference: Option<String>,
}

impl Wanted {
    fn read(parameters: &mut Parameters) -> Wanted {
        let statuses = parameters.text("status").map(|text| text.split(',').map(Status::parse).collect::<Option<Vec<_>>>());
        if statuses == Some(None) {
            let rule = "must be pending, running, done, failed or cancelled, or several of them separated by commas";
            parameters.broken("status", rule);
        }
        let mut statuses = statuses.flatten().unwrap_or_default();
        statuses.sort_unstable_by_key(|status| status.text());
        statuses.dedup();
        Wanted {
            statuses,
            kind: parameters.searched("kind"),
            queue: parameters.searched("queue"),
            reference: parameters.searched("reference"),
        }
    }

    /// In words that are the same whenever they mean the same.
    fn canonical(&self) -> serde_json::Value {
        json!([self.statuses, self.kind, self.queue, self.reference])
    }

    async fn rows(self, read: &ListRead, caller: &Caller, page: task::Page) -> Result<Vec<Model>, ApiError> {
        let filter = Filter {
            statuses: self.statuses.into_iter().map(Into::into).collect(),
            kind: self.kind,
            queue: self.queue,
            reference: self.reference,
        };
        Ok(task::list(read.db(), caller.tenant_id, &filter, page).await?)
    }
}
