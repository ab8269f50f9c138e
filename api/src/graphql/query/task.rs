//! `task(by)`

use async_graphql::Context;

use crate::error::ApiError;
use crate::graphql::context::{caller, state};
use crate::graphql::input::TaskBy;
use crate::graphql::text::searchable;
use crate::graphql::types::{GlobalId, NodeType, Task};

pub(super) async fn task(ctx: &Context<'_>, by: TaskBy) -> Result<Option<Task>, ApiError> {
    let (db, tenant_id) = (&state(ctx)?.db, caller(ctx)?.tenant_id);
    let task = match by {
        TaskBy::Id(id) => {
            let id = GlobalId::read(NodeType::Task, ["by", "id"], &id)?;
            let found = domain::task::get(db, tenant_id, id).await?;
            if found.is_none() {
                state(ctx)?.access.not_found(caller(ctx)?, "task", id);
            }
            found
        }
        TaskBy::Reference(reference) => {
            let reference = searchable(reference).map_err(|rule| ApiError::field(["by", "reference"], rule))?;
            domain::task::by_reference(db, tenant_id, &reference).await?
        }
    };
    Ok(task.map(Task))
}
