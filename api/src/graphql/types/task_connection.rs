//! `TaskConnection`

use async_graphql::SimpleObject;

use super::{PageInfo, Task};
use crate::graphql::scalar::Cursor;

/// A page of tasks.
#[derive(SimpleObject)]
pub(crate) struct TaskConnection {
    /// The tasks with their cursors.
    pub(crate) edges: Vec<TaskEdge>,
    /// Where the page stands.
    pub(crate) page_info: PageInfo,
    /// Taken before the list was read: passed as `after` to `taskUpdated` with the same filter, it brings every change
    /// that the list does not show yet. Good for 24 hours.
    pub(crate) live_cursor: Cursor,
}

/// A task of a page.
#[derive(SimpleObject)]
pub(crate) struct TaskEdge {
    /// Where the task stands in its list.
    pub(crate) cursor: Cursor,
    /// The task.
    pub(crate) node: Task,
}
