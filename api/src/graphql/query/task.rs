//! `task(id)`

use async_graphql::{Context, ID};

use crate::error::ApiError;
use crate::graphql::context::{caller, state};
use crate::graphql::types::{GlobalId, NodeType, Task};

pub(super) async fn task(ctx: &Context<'_>, id: &ID) -> Result<Option<Task>, ApiError> {
    let id = GlobalId::read(NodeType::Task, ["id"], id)?;
    let task = domain::task::get(&state(ctx)?.db, caller(ctx)?.tenant_id, id).await?;
    Ok(task.map(Task))
}
