//! `AuditLogFilter`

use async_graphql::{ID, InputObject};
use domain::audit::Filter;

use crate::error::ApiError;
use crate::graphql::scalar::DateTime;
use crate::graphql::text::searchable;
use crate::graphql::types::{AuditAction, GlobalId, NodeType};

/// Which audit rows; all conditions must hold, and none given means all rows of the tenant.
#[derive(Default, InputObject)]
pub(crate) struct AuditLogFilter {
    /// About this task: its global id or its uuid.
    task_id: Option<ID>,
    /// One of these actions; none given means any.
    action: Option<Vec<AuditAction>>,
    /// By this actor, literally, like `user:<id>`.
    actor: Option<String>,
    /// At or after this time.
    from: Option<DateTime>,
    /// Before this time.
    until: Option<DateTime>,
}

impl AuditLogFilter {
    /// In the domain's words.
    ///
    /// # Errors
    /// `BadUserInput` with the field's path.
    pub(crate) fn into_domain(self) -> Result<Filter, ApiError> {
        let path = ["filter", "taskId"];
        let task_id = self.task_id.map(|id| GlobalId::read(NodeType::Task, path, &id)).transpose()?;
        searchable(["filter", "actor"], self.actor.as_deref())?;
        let unknown =
            || ApiError::field(["filter", "action"], "cannot be UNKNOWN: this API cannot search for what it does not know");
        let actions = self.action.unwrap_or_default();
        let actions = actions.into_iter().map(|a| a.action().ok_or_else(unknown)).collect::<Result<_, _>>()?;
        Ok(Filter { task_id, actions, actor: self.actor, from: self.from.map(|t| t.0), until: self.until.map(|t| t.0) })
    }
}
