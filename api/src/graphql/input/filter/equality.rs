//! Filters by value alone.

use async_graphql::{ID, InputObject, InputType};
use domain::TaskStatus as Status;
use domain::audit::Action;
use domain::condition::Condition;
use uuid::Uuid;

use super::one_of;
use crate::error::ApiError;
use crate::graphql::text;
use crate::graphql::types::{AuditAction, GlobalId, NodeType, TaskStatus};

/// What a field must be. All operators given must hold; none given means anything.
#[derive(Clone, Debug, InputObject)]
#[graphql(concrete(name = "StringFilter", params(String)))]
#[graphql(concrete(name = "IdFilter", params(ID)))]
#[graphql(concrete(name = "TaskStatusFilter", params(TaskStatus)))]
#[graphql(concrete(name = "AuditActionFilter", params(AuditAction)))]
pub(crate) struct Choice<T: InputType> {
    /// This value, literally.
    eq: Option<T>,
    /// One of these values, 1 to 100 of them.
    #[graphql(name = "in")]
    within: Option<Vec<T>>,
}

/// By a text.
pub(crate) type StringFilter = Choice<String>;
/// By a global id, or a uuid.
pub(crate) type IdFilter = Choice<ID>;
/// By the state of a task.
pub(crate) type TaskStatusFilter = Choice<TaskStatus>;
/// By what happened.
pub(crate) type AuditActionFilter = Choice<AuditAction>;

impl Choice<String> {
    pub(crate) fn condition(self, field: &str) -> Result<Condition<String>, ApiError> {
        one_of(field, self.eq, self.within, text::searchable)
    }
}

impl Choice<ID> {
    pub(crate) fn condition(self, field: &str, node: NodeType) -> Result<Condition<Uuid>, ApiError> {
        one_of(field, self.eq, self.within, |id| GlobalId::uuid(node, &id))
    }
}

impl Choice<TaskStatus> {
    pub(crate) fn condition(self, field: &str) -> Result<Condition<Status>, ApiError> {
        one_of(field, self.eq, self.within, |status| Ok::<_, String>(status.into()))
    }
}

impl Choice<AuditAction> {
    pub(crate) fn condition(self, field: &str) -> Result<Condition<Action>, ApiError> {
        let unknown = "cannot be UNKNOWN: this API cannot search for what it does not know";
        one_of(field, self.eq, self.within, |action| action.action().ok_or(unknown))
    }
}
