//! `TaskFilter`

use async_graphql::InputObject;
use domain::entity::{audit_log, task};
use domain::task::Filter;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::graphql::statuses;
use crate::graphql::text::searchable;
use crate::graphql::types::TaskStatus;

/// Which tasks; all conditions must hold, and none given means all tasks.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct TaskFilter {
    /// In one of these states; none given means any.
    status: Option<Vec<TaskStatus>>,
    /// Of this kind.
    kind: Option<String>,
    /// Of this queue.
    queue: Option<String>,
}

impl TaskFilter {
    /// In the domain's words.
    ///
    /// # Errors
    /// `BadUserInput` for text that no task can have.
    pub(crate) fn into_domain(self) -> Result<Filter, ApiError> {
        searchable(["filter", "kind"], self.kind.as_deref())?;
        searchable(["filter", "queue"], self.queue.as_deref())?;
        let mut statuses = self.status.unwrap_or_default();
        statuses.sort_unstable();
        statuses.dedup();
        let statuses = statuses.into_iter().map(Into::into).collect();
        Ok(Filter { statuses, kind: self.kind, queue: self.queue, reference: None })
    }
}

/// The filter in words that are the same whenever it means the same.
pub(crate) fn canonical(filter: &Filter) -> Value {
    let statuses: Vec<_> = filter.statuses.iter().map(sea_orm::ActiveEnum::to_value).collect();
    json!([statuses, filter.kind, filter.queue])
}

/// Whether the task matched before the change or after it. Kind and queue never change.
pub(crate) fn concerns(filter: &Filter, change: &audit_log::Model, task: &task::Model) -> bool {
    let in_state = |status: Option<domain::TaskStatus>| status.is_some_and(|s| filter.statuses.contains(&s));
    let status = filter.statuses.is_empty() || in_state(statuses::before(change)) || in_state(statuses::after(change));
    status
        && filter.kind.as_ref().is_none_or(|kind| *kind == task.kind)
        && filter.queue.as_ref().is_none_or(|queue| *queue == task.queue)
}
