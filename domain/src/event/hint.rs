//! What a hint says, and its text on the wire.

use uuid::Uuid;

/// PostgreSQL takes payloads of under 8,000 bytes.
const MAX_PAYLOAD_BYTES: usize = 7_900;
const UUID_BYTES: usize = 36;

/// One channel each, so that a process hears only what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// There may be work; heard by workers.
    Ready,
    /// Tasks changed; heard by the APIs, which feed subscriptions.
    Changed,
    /// A running task was cancelled; heard by workers.
    Cancelled,
}

impl Topic {
    /// The NOTIFY channel.
    #[must_use]
    pub fn channel(self) -> &'static str {
        match self {
            Self::Ready => "ctap_ready",
            Self::Changed => "ctap_changed",
            Self::Cancelled => "ctap_cancelled",
        }
    }

    fn of_channel(channel: &str) -> Option<Self> {
        [Self::Ready, Self::Changed, Self::Cancelled].into_iter().find(|t| t.channel() == channel)
    }
}

/// One hint. Payloads hold ids and queue names, never user data.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Hint {
    /// This queue of this tenant may have work.
    Ready {
        /// Whose queue.
        tenant_id: Uuid,
        /// Its name.
        queue: String,
    },
    /// These tasks changed; an empty list means "some, too many to name".
    Changed {
        /// Whose tasks.
        tenant_id: Uuid,
        /// Which.
        task_ids: Vec<Uuid>,
    },
    /// These running tasks were cancelled.
    Cancelled {
        /// Whose tasks.
        tenant_id: Uuid,
        /// Which.
        task_ids: Vec<Uuid>,
    },
}

impl Hint {
    /// How many task ids one payload can name.
    pub(super) const MAX_TASK_IDS: usize = (MAX_PAYLOAD_BYTES - UUID_BYTES) / (UUID_BYTES + 1);

    /// Its topic.
    #[must_use]
    pub fn topic(&self) -> Topic {
        match self {
            Self::Ready { .. } => Topic::Ready,
            Self::Changed { .. } => Topic::Changed,
            Self::Cancelled { .. } => Topic::Cancelled,
        }
    }

    /// `<tenant>,<queue>` or `<tenant>,<task>,<task>...`.
    pub(super) fn payload(&self) -> String {
        match self {
            Self::Ready { tenant_id, queue } => format!("{tenant_id},{queue}"),
            Self::Changed { tenant_id, task_ids } | Self::Cancelled { tenant_id, task_ids } => {
                let mut text = tenant_id.to_string();
                for id in task_ids.iter().take(Self::MAX_TASK_IDS) {
                    text.push(',');
                    text.push_str(&id.to_string());
                }
                text
            }
        }
    }

    /// `None` for what is not ours: anybody who may connect may NOTIFY.
    pub(super) fn parse(channel: &str, payload: &str) -> Option<Self> {
        let topic = Topic::of_channel(channel)?;
        let (tenant, rest) = payload.split_once(',').unwrap_or((payload, ""));
        let tenant_id = tenant.parse().ok()?;
        if topic == Topic::Ready {
            return (!rest.is_empty()).then(|| Self::Ready { tenant_id, queue: rest.into() });
        }
        let task_ids = rest.split(',').filter(|id| !id.is_empty()).map(str::parse).collect::<Result<_, _>>().ok()?;
        Some(if topic == Topic::Changed {
            Self::Changed { tenant_id, task_ids }
        } else {
            Self::Cancelled { tenant_id, task_ids }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_survives_the_wire_and_never_outgrows_it() {
        let tenant_id = Uuid::from_u128(1);
        let many: Vec<_> = (0..Hint::MAX_TASK_IDS as u128).map(Uuid::from_u128).collect();
        for hint in [
            Hint::Ready { tenant_id, queue: "a.b-c".into() },
            Hint::Changed { tenant_id, task_ids: vec![] },
            Hint::Changed { tenant_id, task_ids: many.clone() },
            Hint::Cancelled { tenant_id, task_ids: many },
        ] {
            let payload = hint.payload();
            assert!(payload.len() < 8_000);
            assert_eq!(Hint::parse(hint.topic().channel(), &payload), Some(hint));
        }
    }

    #[test]
    fn a_foreign_payload_is_ignored() {
        for payload in ["", "x", "00000000-0000-0000-0000-000000000001,zzz", ",,,"] {
            assert_eq!(Hint::parse("ctap_changed", payload), None, "{payload}");
        }
        assert_eq!(Hint::parse("ctap_ready", "00000000-0000-0000-0000-000000000001"), None);
        assert_eq!(Hint::parse("other", "00000000-0000-0000-0000-000000000001,a"), None);
    }
}
