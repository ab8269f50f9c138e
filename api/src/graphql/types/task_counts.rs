//! `TaskCounts`

use std::collections::BTreeMap;

use async_graphql::{ComplexObject, SimpleObject};
use domain::counts::{Counts, Group};

use super::TaskStatus;
use crate::error::ApiError;
use crate::graphql::page::{LISTED, listed};
use crate::graphql::schema::short_list_cost;

/// Largest count that is told unless asked for more: enough for a badge, and the same work for whoever reads it.
pub(crate) const UP_TO: i32 = 10_000;

/// How many tasks there are: exact at one moment, up to `upTo`.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct TaskCounts {
    /// In whatever state.
    total: TaskCount,
    /// By state, all five.
    by_status: Vec<TaskStatusCount>,
    #[graphql(skip)]
    queues: Groups,
    #[graphql(skip)]
    kinds: Groups,
    #[graphql(skip)]
    up_to: i32,
}

type Groups = BTreeMap<String, Group>;

#[ComplexObject]
impl TaskCounts {
    /// By queue, those that have tasks, in the order of their names.
    #[graphql(complexity = "short_list_cost(first, child_complexity)")]
    async fn by_queue(
        &self,
        #[graphql(desc = "How many queues at most, 1 to 1000.", default_with = "LISTED")] first: i32,
    ) -> Result<Vec<NamedTaskCount>, ApiError> {
        self.named(&self.queues, first)
    }

    /// By kind, those that have tasks, in the order of their names.
    #[graphql(complexity = "short_list_cost(first, child_complexity)")]
    async fn by_kind(
        &self,
        #[graphql(desc = "How many kinds at most, 1 to 1000.", default_with = "LISTED")] first: i32,
    ) -> Result<Vec<NamedTaskCount>, ApiError> {
        self.named(&self.kinds, first)
    }
}

/// How many tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub(crate) struct TaskCount {
    /// So many, or `upTo` when there are more.
    count: i32,
    /// Whether there are more.
    capped: bool,
}

/// How many tasks in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub(crate) struct TaskStatusCount {
    /// The state.
    status: TaskStatus,
    /// So many, or `upTo` when there are more.
    count: i32,
    /// Whether there are more.
    capped: bool,
}

/// How many tasks of one name.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct NamedTaskCount {
    /// Name of the queue, or of the kind.
    name: String,
    /// So many, or `upTo` when there are more.
    count: i32,
    /// Whether there are more.
    capped: bool,
    #[graphql(skip)]
    tasks: Tasks,
}

#[ComplexObject]
impl NamedTaskCount {
    /// By state, all five.
    async fn by_status(&self) -> Vec<TaskStatusCount> {
        self.tasks.by_status()
    }
}

/// The tasks of a group, and how far they are counted.
#[derive(Clone, Debug)]
pub(crate) struct Tasks {
    pub(crate) group: Group,
    pub(crate) up_to: i32,
}

impl Tasks {
    fn total(&self) -> TaskCount {
        capped(self.group.values().sum(), self.up_to)
    }

    /// All states, those without tasks as well.
    pub(crate) fn by_status(&self) -> Vec<TaskStatusCount> {
        let one = |status: domain::TaskStatus| {
            let TaskCount { count, capped } = capped(self.group.get(&status).copied().unwrap_or(0), self.up_to);
            TaskStatusCount { status: status.into(), count, capped }
        };
        use domain::TaskStatus::{Cancelled, Done, Failed, Pending, Running};
        [Pending, Running, Done, Failed, Cancelled].map(one).to_vec()
    }
}

impl TaskCounts {
    pub(crate) fn of(counts: Counts, up_to: i32) -> TaskCounts {
        let all = Tasks { group: counts.all, up_to };
        TaskCounts { total: all.total(), by_status: all.by_status(), queues: counts.queues, kinds: counts.kinds, up_to }
    }

    fn named(&self, groups: &Groups, first: i32) -> Result<Vec<NamedTaskCount>, ApiError> {
        let named = |(name, group): (&String, &Group)| {
            let tasks = Tasks { group: group.clone(), up_to: self.up_to };
            let TaskCount { count, capped } = tasks.total();
            NamedTaskCount { name: name.clone(), count, capped, tasks }
        };
        Ok(groups.iter().take(listed(first)?.into()).map(named).collect())
    }
}

fn capped(count: i64, up_to: i32) -> TaskCount {
    match i32::try_from(count) {
        Ok(count) if count <= up_to => TaskCount { count, capped: false },
        _ => TaskCount { count: up_to, capped: true },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_exact_up_to_its_bound() {
        for (count, up_to, told, more) in
            [(0, 10, 0, false), (10, 10, 10, false), (11, 10, 10, true), (i64::from(i32::MAX) + 1, i32::MAX, i32::MAX, true)]
        {
            assert_eq!(capped(count, up_to), TaskCount { count: told, capped: more });
        }
    }
}
