//! `TaskOrder`, `AuditLogOrder`

use async_graphql::{Enum, InputObject};
use domain::page::Order;

/// Which end comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum OrderDirection {
    /// The least first: of times, the oldest.
    Asc,
    /// The greatest first: of times, the newest.
    Desc,
}

/// What tasks can be ordered by: what costs no more on a long list than on a short one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum TaskOrderField {
    /// When it was submitted.
    CreatedAt,
}

/// In which order tasks are listed.
#[derive(Clone, Copy, Debug, InputObject)]
pub(crate) struct TaskOrder {
    /// The field to order by.
    field: TaskOrderField,
    /// Which end comes first.
    direction: OrderDirection,
}

/// What rows of the trail can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum AuditLogOrderField {
    /// When it happened.
    Timestamp,
}

/// In which order rows of the trail are listed.
#[derive(Clone, Copy, Debug, InputObject)]
pub(crate) struct AuditLogOrder {
    /// The field to order by.
    field: AuditLogOrderField,
    /// Which end comes first.
    direction: OrderDirection,
}

impl From<OrderDirection> for Order {
    fn from(direction: OrderDirection) -> Self {
        match direction {
            OrderDirection::Asc => Self::Oldest,
            OrderDirection::Desc => Self::Newest,
        }
    }
}

impl From<TaskOrder> for Order {
    fn from(order: TaskOrder) -> Self {
        match order.field {
            TaskOrderField::CreatedAt => order.direction.into(),
        }
    }
}

impl From<AuditLogOrder> for Order {
    fn from(order: AuditLogOrder) -> Self {
        match order.field {
            AuditLogOrderField::Timestamp => order.direction.into(),
        }
    }
}
