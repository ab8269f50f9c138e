//! A task's state as REST spells it.

use domain::TaskStatus;
use serde::Serialize;
use utoipa::ToSchema;

/// State of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// Waits for its `runAt` and for a worker.
    Pending,
    /// A worker is at it.
    Running,
    /// Ended well; `result` is set. Final.
    Done,
    /// Ended badly. May be retried.
    Failed,
    /// Called off. May be retried.
    Cancelled,
}

impl Status {
    const ALL: [Status; 5] = [Status::Pending, Status::Running, Status::Done, Status::Failed, Status::Cancelled];

    /// As it stands in JSON and in addresses.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Running => "running",
            Status::Done => "done",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
        }
    }

    /// The state that is spelled so.
    pub(super) fn parse(text: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.text() == text)
    }
}

impl From<TaskStatus> for Status {
    fn from(status: TaskStatus) -> Status {
        match status {
            TaskStatus::Pending => Status::Pending,
            TaskStatus::Running => Status::Running,
            TaskStatus::Done => Status::Done,
            TaskStatus::Failed => Status::Failed,
            TaskStatus::Cancelled => Status::Cancelled,
        }
    }
}

impl From<Status> for TaskStatus {
    fn from(status: Status) -> TaskStatus {
        match status {
            Status::Pending => TaskStatus::Pending,
            Status::Running => TaskStatus::Running,
            Status::Done => TaskStatus::Done,
            Status::Failed => TaskStatus::Failed,
            Status::Cancelled => TaskStatus::Cancelled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_one_spelling() {
        for status in Status::ALL {
            assert_eq!(Status::from(TaskStatus::from(status)), status);
            assert_eq!(Status::parse(status.text()), Some(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.text());
        }
        assert_eq!(Status::parse("DONE"), None);
    }
}
