//! Cursors of streams of changes.

use domain::task::Filter;
use serde_json::json;
use uuid::Uuid;

use crate::cursor::Scope;

/// Of the changes that concern a filter.
pub(crate) fn scope(tenant_id: Uuid, filter: &Filter) -> Scope {
    Scope::new(tenant_id, "taskUpdated.filter", &filter.canonical())
}

/// Of one task's versions.
pub(crate) fn scope_of_task(tenant_id: Uuid, task_id: Uuid) -> Scope {
    Scope::new(tenant_id, "taskUpdated.id", &json!(task_id))
}
