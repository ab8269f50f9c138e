//! What `pauseQueue` and `resumeQueue` answer.

use async_graphql::{Context, ID};
use domain::queue::Paused;

use crate::error::ApiError;
use crate::graphql::types::{GlobalId, NodeType, Queue, UserError, outcome};

/// The queue as it is now, the audit rows, the user errors.
pub(super) async fn changed(
    ctx: &Context<'_>,
    name: &str,
    done: Result<Paused, ApiError>,
) -> Result<(Option<Queue>, Vec<ID>, Vec<UserError>), ApiError> {
    Ok(match outcome(done)? {
        Ok(audit_id) => {
            let ids = audit_id.map(|id| GlobalId::write(NodeType::AuditLog, id));
            (Queue::load(ctx, name).await?, ids.into_iter().collect(), Vec::new())
        }
        Err(user_errors) => (None, Vec::new(), user_errors),
    })
}
