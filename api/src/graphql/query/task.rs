//! `task(by)`

use async_graphql::Context;

use crate::error::ApiError;
use crate::graphql::input::TaskBy;
use crate::graphql::loaders::{ReferenceKey, loaders};
use crate::graphql::text::searchable;
use crate::graphql::types::{GlobalId, NodeType, Task};

pub(super) async fn task(ctx: &Context<'_>, by: TaskBy) -> Result<Option<Task>, ApiError> {
    match by {
        TaskBy::Id(id) => Task::find(ctx, "task", GlobalId::read(NodeType::Task, ["by", "id"], &id)?).await,
        // Not in the trail if it is not there: a reference is a name of the tenant's own, by which nothing of another
        // tenant's can be meant, and to ask for it is how a submitter finds out whether there is a task yet.
        TaskBy::Reference(reference) => {
            let reference = searchable(reference).map_err(|rule| ApiError::field(["by", "reference"], rule))?;
            Ok(loaders(ctx)?.load_one(ReferenceKey(reference)).await?.map(Task::from))
        }
    }
}
