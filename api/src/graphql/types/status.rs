//! `TaskStatus`

use async_graphql::Enum;

/// State of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
#[graphql(remote = "domain::TaskStatus")]
pub(crate) enum TaskStatus {
    /// Waits for its `runAt` and for a worker.
    Pending,
    /// A worker is at it.
    Running,
    /// Ended well; `result` is set. Final.
    Done,
    /// Ended badly: no attempt is left, or the handler said that another would be in vain. May be retried.
    Failed,
    /// Called off. May be retried.
    Cancelled,
}
