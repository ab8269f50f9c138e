//! `AuditLogFilter`

use async_graphql::InputObject;
use domain::audit::Filter;
use serde_json::{Value, json};

use super::filter::{AuditActionFilter, DateTimeFilter, IdFilter, StringFilter};
use crate::error::ApiError;
use crate::graphql::types::NodeType;

/// Which audit rows; all conditions must hold, and none given means all rows of the tenant.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct AuditLogFilter {
    /// The task it is about: its global id or its uuid. Of one task the rows stand in the order in which they happened.
    task_id: Option<IdFilter>,
    /// What happened.
    action: Option<AuditActionFilter>,
    /// Who did it, like `user:<id>`.
    actor: Option<StringFilter>,
    /// When, by the database's clock.
    timestamp: Option<DateTimeFilter>,
}

impl AuditLogFilter {
    /// In the domain's words.
    ///
    /// # Errors
    /// `BadUserInput` with the field's path.
    pub(crate) fn into_domain(self) -> Result<Filter, ApiError> {
        Ok(Filter {
            task_id: self.task_id.map(|f| f.condition("taskId", NodeType::Task)).transpose()?.unwrap_or_default(),
            action: self.action.map(|f| f.condition("action")).transpose()?.unwrap_or_default(),
            actor: self.actor.map(|f| f.condition("actor")).transpose()?.unwrap_or_default(),
            timestamp: self.timestamp.map(DateTimeFilter::condition).unwrap_or_default(),
        })
    }
}

/// The filter in words that are the same whenever it means the same.
pub(crate) fn canonical(filter: &Filter) -> Value {
    json!([
        filter.task_id.canonical(|id| json!(id)),
        filter.action.canonical(|action| json!(action.as_str())),
        filter.actor.canonical(|actor| json!(actor)),
        filter.timestamp.canonical(|at| json!(at.timestamp_micros())),
    ])
}
