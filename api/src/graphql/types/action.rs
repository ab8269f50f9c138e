//! `AuditAction`

use async_graphql::Enum;
use domain::audit::Action;

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident,)*) => {
        /// What an audit row says happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
        pub(crate) enum AuditAction {
            $($(#[$doc])* $variant,)*
            /// Something this version of the API has no word for: a newer process wrote the row.
            Unknown,
        }

        impl From<Action> for AuditAction {
            fn from(action: Action) -> Self {
                match action { $(Action::$variant => Self::$variant,)* }
            }
        }

        impl AuditAction {
            /// `None` for [`AuditAction::Unknown`].
            pub(crate) fn action(self) -> Option<Action> {
                match self { $(Self::$variant => Some(Action::$variant),)* Self::Unknown => None }
            }
        }
    };
}

actions! {
    /// Submitted; the task is pending.
    TaskCreated,
    /// Claimed by a worker; an attempt began.
    TaskStarted,
    /// The attempt ended well; the task is done.
    TaskCompleted,
    /// The attempt ended badly and no further one follows.
    TaskFailed,
    /// The attempt ended badly and another follows after a delay.
    TaskRetryScheduled,
    /// A stopping worker gave the task back; the attempt is not charged.
    TaskReleased,
    /// The lease of a lost worker ran out; the task is pending again.
    TaskRescued,
    /// Called off.
    TaskCancelled,
    /// An operator gave a failed or cancelled task a new life.
    TaskRetried,
    /// A worker reported for an attempt that was not its own any more; nothing changed.
    TaskResultRefused,
    /// Finished tasks of the tenant were deleted; their trails stay.
    TasksPruned,
    /// A tenant was made.
    TenantCreated,
    /// A tenant was disabled: none of its credentials is good any more.
    TenantDisabled,
    /// A user was made.
    UserCreated,
    /// A user was disabled: none of their credentials is good any more.
    UserDisabled,
    /// An API key was made.
    KeyCreated,
    /// An API key was followed by a new one; the old one ends soon.
    KeyRotated,
    /// An API key was taken back.
    KeyRevoked,
    /// Somebody known asked for what they may not do, or for what is not theirs.
    AuthDenied,
    /// Credentials were refused.
    AuthFailed,
    /// The trail was read.
    AuditRead,
    /// Addresses that actions came from were erased.
    OriginsErased,
    /// An operator paused a queue: nothing is claimed from it any more.
    QueuePaused,
    /// An operator resumed a queue.
    QueueResumed,
}

impl AuditAction {
    /// From the text of a row.
    pub(crate) fn of(text: &str) -> Self {
        Action::parse(text).map_or(Self::Unknown, Self::from)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::resolver_utils::EnumType;

    use super::*;

    #[test]
    fn the_public_names_are_the_stored_ones() {
        let public: Vec<_> = AuditAction::items().iter().map(|item| item.name).collect();
        let stored: Vec<_> = Action::ALL.iter().map(|a| a.as_str().replace('.', "_").to_uppercase()).collect();
        assert_eq!(public, [stored.iter().map(String::as_str).collect(), vec!["UNKNOWN"]].concat());
        for action in Action::ALL {
            assert_eq!(AuditAction::of(action.as_str()).action(), Some(*action));
        }
        assert_eq!(AuditAction::of("task.exploded"), AuditAction::Unknown);
    }
}
