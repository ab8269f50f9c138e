//! Which tasks: for a list in SQL, for a stream of changes in memory. A test compares the two.
//!
//! Besides the state only what never changes can be asked for: a change concerns a stream when the task matched before
//! or after it, and of the past of any other column nothing is known.

use chrono::{DateTime, Duration, Utc};
use entity::TaskStatus;
use entity::task::Column;
use sea_orm::Condition as All;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveEnum, ColumnTrait, Value};
use serde_json::json;
use uuid::Uuid;

use super::Head;
use crate::condition::Condition;
use crate::ids;

/// Which tasks; all conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// With one of these ids.
    pub id: Condition<Uuid>,
    /// Present state.
    pub status: Condition<TaskStatus>,
    /// Which handler runs it.
    pub kind: Condition<String>,
    /// Which line it waits in.
    pub queue: Condition<String>,
    /// -100 to 100.
    pub priority: Condition<i64>,
    /// The submitter's own id; a task without one fits no condition.
    pub reference: Condition<String>,
    /// Database clock.
    pub created_at: Condition<DateTime<Utc>>,
}

/// A task's id is made just before its row; their times may lie this much apart.
const SLACK: Duration = Duration::minutes(10);

impl Filter {
    /// Whether a task fits that was in one of these states.
    #[must_use]
    pub fn matches(&self, task: &Head, statuses: impl IntoIterator<Item = TaskStatus>) -> bool {
        self.id.matches(&task.id)
            && (self.status.is_any() || statuses.into_iter().any(|status| self.status.matches(&status)))
            && self.kind.matches(&task.kind)
            && self.queue.matches(&task.queue)
            && self.priority.matches(&task.priority.into())
            && task.reference.as_ref().map_or(self.reference.is_any(), |reference| self.reference.matches(reference))
            && self.created_at.matches(&task.created_at)
    }

    /// In JSON that is the same whenever the filter means the same.
    #[must_use]
    pub fn canonical(&self) -> serde_json::Value {
        let text = |condition: &Condition<String>| condition.canonical(|text| json!(text));
        json!([
            self.id.canonical(|id| json!(id)),
            self.status.canonical(|status| json!(status.to_value())),
            text(&self.kind),
            text(&self.queue),
            self.priority.canonical(|n| json!(n)),
            text(&self.reference),
            self.created_at.canonical(|at| json!(at.timestamp_micros())),
        ])
    }

    /// The same in SQL.
    pub(super) fn condition(&self, tenant_id: Uuid) -> All {
        All::all()
            .add(Column::TenantId.eq(tenant_id))
            .add(self.id.on(Column::Id))
            .add(self.status_in(tenant_id))
            .add(self.kind.on(Column::Kind))
            .add(self.queue.on(Column::Queue))
            .add(self.priority.on(Column::Priority))
            .add(self.reference.on(Column::Reference))
            .add(self.created())
    }

    /// Of the states, three have a small index or table of their own; none has an index by status (it would end heap-only
    /// updates).
    fn status_in(&self, tenant_id: Uuid) -> All {
        match self.status.single() {
            Some(TaskStatus::Pending) => All::all().add(Column::Queued.eq(true)),
            Some(TaskStatus::Failed) => All::all().add(Column::IsFailed.eq(true)),
            Some(TaskStatus::Running) => {
                let leased = "id = ANY (ARRAY(SELECT unnest(task_ids) FROM leases WHERE tenant_id = $1))";
                let leased = Expr::cust_with_values(leased, [Value::from(tenant_id)]);
                All::all().add(leased).add(Column::Status.eq(TaskStatus::Running))
            }
            _ => self.status.on(Column::Status),
        }
    }

    /// The bounds by id walk the key; those by time are exact.
    fn created(&self) -> All {
        let (from, to) = self.created_at.bounds();
        self.created_at
            .on(Column::CreatedAt)
            .add_option(from.map(|from| Column::Id.gte(ids::floor_before(*from, SLACK))))
            .add_option(to.map(|to| Column::Id.lt(ids::floor_after(*to, SLACK))))
    }
}
