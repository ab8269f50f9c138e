//! `Queue`

use async_graphql::{Context, ID, Object};
use domain::queue;

use super::task_counts::{TaskStatusCount, Tasks, UP_TO};
use super::{GlobalId, NodeType};
use crate::error::ApiError;
use crate::graphql::loaders::{QueueKey, loaders};
use crate::graphql::scalar::DateTime;

/// A line in which tasks wait.
pub(crate) struct Queue(pub(crate) queue::Queue);

impl Queue {
    /// # Errors
    /// `Unavailable` or `Internal` when the database fails.
    pub(crate) async fn load(ctx: &Context<'_>, name: &str) -> Result<Option<Self>, ApiError> {
        Ok(loaders(ctx)?.load_one(QueueKey(name.to_owned())).await?.map(Self))
    }
}

/// A line in which tasks wait. It needs no making: it is there with its first task.
#[Object]
impl Queue {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::write(NodeType::Queue, &self.0.name)
    }

    /// Unique within the tenant.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether nothing is claimed from it.
    async fn paused(&self) -> bool {
        self.0.paused_at.is_some()
    }

    /// Since when nothing is claimed from it; null when it is not paused.
    async fn paused_at(&self) -> Option<DateTime> {
        self.0.paused_at.map(DateTime)
    }

    /// How many tasks it has in which state, all five; exact up to 10000 each.
    async fn task_counts(&self) -> Vec<TaskStatusCount> {
        Tasks { group: self.0.tasks.clone(), up_to: UP_TO }.by_status()
    }
}
