//! `TaskFilter`

use async_graphql::InputObject;
use domain::entity::audit_log;
use domain::task::{Filter, Head};

use super::filter::{DateTimeFilter, IdFilter, IntFilter, StringFilter, TaskStatusFilter};
use crate::error::ApiError;
use crate::graphql::statuses;
use crate::graphql::types::NodeType;

/// Which tasks; all conditions must hold, and none given means all tasks. Besides the state only what never changes can be
/// asked for, so that a list and the changes that concern it can be picked by the same filter.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct TaskFilter {
    /// The task itself: its global id or its uuid.
    id: Option<IdFilter>,
    /// Its present state; of a change, the state before it or after it.
    status: Option<TaskStatusFilter>,
    /// Which handler runs it.
    kind: Option<StringFilter>,
    /// Which line it waits in.
    queue: Option<StringFilter>,
    /// -100 to 100, higher first.
    priority: Option<IntFilter>,
    /// The submitter's own id.
    reference: Option<StringFilter>,
    /// When it was submitted.
    created_at: Option<DateTimeFilter>,
}

impl TaskFilter {
    /// In the domain's words.
    ///
    /// # Errors
    /// `BadUserInput` for values that no task can have.
    pub(crate) fn into_domain(self) -> Result<Filter, ApiError> {
        let text =
            |field, filter: Option<StringFilter>| filter.map(|f| f.condition(field)).transpose().map(Option::unwrap_or_default);
        Ok(Filter {
            id: self.id.map(|f| f.condition("id", NodeType::Task)).transpose()?.unwrap_or_default(),
            status: self.status.map(|f| f.condition("status")).transpose()?.unwrap_or_default(),
            kind: text("kind", self.kind)?,
            queue: text("queue", self.queue)?,
            priority: self.priority.map(|f| f.condition("priority")).transpose()?.unwrap_or_default(),
            reference: text("reference", self.reference)?,
            created_at: self.created_at.map(DateTimeFilter::condition).unwrap_or_default(),
        })
    }
}

/// Whether the task matched before the change or after it.
pub(crate) fn concerns(filter: &Filter, change: &audit_log::Model, task: &Head) -> bool {
    filter.matches(task, statuses::before(change).into_iter().chain(statuses::after(change)))
}
