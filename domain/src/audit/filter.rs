//! Which rows of the trail.

use chrono::{DateTime, Duration, Utc};
use entity::audit_log::Column;
use sea_orm::ColumnTrait;
use sea_orm::Condition as All;
use uuid::Uuid;

use super::Action;
use crate::condition::Condition;
use crate::ids;

/// Which rows; all conditions must hold. Texts and actions are compared literally and have no order, so that they are
/// asked for by value and not by range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// About one of these tasks; a row about none fits no condition.
    pub task_id: Condition<Uuid>,
    /// What happened.
    pub action: Condition<Action>,
    /// Who did it.
    pub actor: Condition<String>,
    /// Database clock.
    pub timestamp: Condition<DateTime<Utc>>,
}

/// Ids are made just before their row's transaction; a row's time may lie this much beside its id's.
const SLACK: Duration = Duration::minutes(10);

impl Filter {
    /// In SQL.
    pub(super) fn condition(&self, tenant_id: Uuid) -> All {
        All::all()
            .add(Column::TenantId.eq(tenant_id))
            .add(self.about())
            .add(self.action.on(Column::Action))
            .add(self.actor.on(Column::Actor))
            .add(self.written())
    }

    /// No task's trail begins before the floor of its own id: older partitions are left alone.
    fn about(&self) -> All {
        let oldest = self.task_id.bounds().0.map(|id| ids::trail_floor(*id));
        self.task_id.on(Column::TaskId).add_option(oldest.map(|floor| Column::Id.gte(floor)))
    }

    /// The bounds by id prune partitions and walk the key; those by time are exact.
    fn written(&self) -> All {
        let (from, to) = self.timestamp.bounds();
        self.timestamp
            .on(Column::Timestamp)
            .add_option(from.map(|from| Column::Id.gte(ids::floor_before(*from, SLACK))))
            .add_option(to.map(|to| Column::Id.lt(ids::floor_after(*to, SLACK))))
    }
}
