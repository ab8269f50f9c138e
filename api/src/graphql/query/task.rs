//! `task(by)`

use async_graphql::Context;

use crate::error::ApiError;
use crate::graphql::context::{caller, state};
use crate::graphql::input::TaskBy;
use crate::graphql::loaders::{ReferenceKey, TaskKey, loaders};
use crate::graphql::text::searchable;
use crate::graphql::types::{GlobalId, NodeType, Task};

pub(super) async fn task(ctx: &Context<'_>, by: TaskBy) -> Result<Option<Task>, ApiError> {
    let loaders = loaders(ctx)?;
    let task = match by {
        TaskBy::Id(id) => {
            let id = GlobalId::read(NodeType::Task, ["by", "id"], &id)?;
            let found = loaders.load_one(TaskKey(id)).await?;
            if found.is_none() {
                state(ctx)?.access.not_found(caller(ctx)?, "task", id);
            }
            found
        }
        TaskBy::Reference(reference) => {
            let reference = searchable(reference).map_err(|rule| ApiError::field(["by", "reference"], rule))?;
            loaders.load_one(ReferenceKey(reference)).await?
        }
    };
    Ok(task.map(Task::from))
}
