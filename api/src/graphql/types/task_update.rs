//! `TaskUpdate`

use async_graphql::SimpleObject;

use super::{AuditLog, Task};
use crate::graphql::scalar::Cursor;

/// One change of one task.
#[derive(SimpleObject)]
pub(crate) struct TaskUpdate {
    /// Passed as `after` it resumes the stream behind this change.
    pub(crate) cursor: Cursor,
    /// The version the task had after this change. Per task versions rise by one with every change.
    pub(crate) version: i32,
    /// The row of the trail that records the change.
    pub(crate) change: AuditLog,
    /// The task as it is now, at or past `version`.
    pub(crate) task: Task,
}
