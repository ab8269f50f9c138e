//! `task(by)`

use async_graphql::Context;

use crate::error::ApiError;
use crate::graphql::input::TaskBy;
use crate::graphql::loaders::{ReferenceKey, TaskKey, loaders};
use crate::graphql::text::searchable;
use crate::graphql::types::{GlobalId, NodeType, Task};

pub(super) async fn task(ctx: &Context<'_>, by: TaskBy) -> Result<Option<Task>, ApiError> {
    let loaders = loaders(ctx)?;
    let task = match by {
        TaskBy::Id(id) => loaders.load_one(TaskKey(GlobalId::read(NodeType::Task, ["by", "id"], &id)?)).await?,
        TaskBy::Reference(reference) => {
            let reference = searchable(reference).map_err(|rule| ApiError::field(["by", "reference"], rule))?;
            loaders.load_one(ReferenceKey(reference)).await?
        }
    };
    Ok(task.map(Task::from))
}
