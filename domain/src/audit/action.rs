//! What the trail can say. The list exists once in SQL (`audit_logs_action`); a test compares the two.

use crate::TaskStatus;

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// One kind of audit row.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action { $($(#[$doc])* $variant,)* }

        impl Action {
            /// Every action there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// As it stands in `audit_logs.action`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The inverse of [`Action::as_str`].
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

actions! {
    /// Submitted; the task is pending.
    TaskCreated = "task.created",
    /// Claimed by a worker; an attempt began.
    TaskStarted = "task.started",
    /// The attempt ended well; the task is done.
    TaskCompleted = "task.completed",
    /// The attempt ended badly and no further one follows.
    TaskFailed = "task.failed",
    /// The attempt ended badly and another follows after a delay.
    TaskRetryScheduled = "task.retry_scheduled",
    /// A draining worker gave the task back; the attempt is not charged.
    TaskReleased = "task.released",
    /// The lease of a lost worker ran out; the task is pending again.
    TaskRescued = "task.rescued",
    /// Called off.
    TaskCancelled = "task.cancelled",
    /// An operator gave a failed or cancelled task a new life.
    TaskRetried = "task.retried",
    /// A worker reported for an attempt that was not its own any more; nothing changed.
    TaskResultRefused = "task.result_refused",
    /// Finished tasks of the tenant were deleted; their trails stay. `detail.count` says how many.
    TasksPruned = "tasks.pruned",
    /// A tenant was made.
    TenantCreated = "tenant.created",
    /// A tenant was disabled: none of its credentials is good any more.
    TenantDisabled = "tenant.disabled",
    /// A user was made.
    UserCreated = "user.created",
    /// A user was disabled: none of their credentials is good any more.
    UserDisabled = "user.disabled",
    /// An API key was made.
    KeyCreated = "key.created",
    /// An API key was followed by a new one; the old one ends soon.
    KeyRotated = "key.rotated",
    /// An API key was taken back.
    KeyRevoked = "key.revoked",
    /// Somebody known asked for what they may not do, or for what is not theirs. `detail.count` says how often.
    AuthDenied = "auth.denied",
    /// Credentials were refused. `detail.count` says how often.
    AuthFailed = "auth.failed",
    /// The trail was read.
    AuditRead = "audit.read",
    /// Addresses that actions came from were erased; the hashes in the trail stay.
    OriginsErased = "origins.erased",
    /// An operator paused a queue: nothing is claimed from it any more.
    QueuePaused = "queue.paused",
    /// An operator resumed a queue.
    QueueResumed = "queue.resumed",
}

impl From<Action> for sea_orm::Value {
    fn from(action: Action) -> Self {
        action.as_str().into()
    }
}

impl Action {
    /// The state a task is in after this action; `None` where it is no transition.
    #[must_use]
    pub fn status_after(self) -> Option<TaskStatus> {
        match self {
            Self::TaskCreated | Self::TaskRetryScheduled | Self::TaskReleased | Self::TaskRescued | Self::TaskRetried => {
                Some(TaskStatus::Pending)
            }
            Self::TaskStarted => Some(TaskStatus::Running),
            Self::TaskCompleted => Some(TaskStatus::Done),
            Self::TaskFailed => Some(TaskStatus::Failed),
            Self::TaskCancelled => Some(TaskStatus::Cancelled),
            _ => None,
        }
    }

    /// The state a task was in before this action, where the action alone says so. For a cancellation and an operator's
    /// retry the row's `detail.from` says it.
    #[must_use]
    pub fn status_before(self) -> Option<TaskStatus> {
        match self {
            Self::TaskStarted => Some(TaskStatus::Pending),
            Self::TaskCompleted | Self::TaskFailed | Self::TaskRetryScheduled | Self::TaskReleased | Self::TaskRescued => {
                Some(TaskStatus::Running)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_action_are_inverse() {
        for action in Action::ALL {
            assert_eq!(Action::parse(action.as_str()), Some(*action));
        }
        assert_eq!(Action::parse("task.exploded"), None);
    }
}
