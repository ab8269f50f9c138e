//! Reading the trail is in the trail.

use domain::access::record;
use domain::audit::Caller;
use sea_orm::TransactionTrait;
use uuid::Uuid;

use crate::error::ApiError;
use crate::state::AppState;

/// Says so before anything is read: of one task, or of the tenant.
///
/// # Errors
/// `Unavailable` or `Internal` when that cannot be written: nothing may be shown then.
pub(crate) async fn audit_is_read(state: &AppState, caller: &Caller, task_id: Option<Uuid>) -> Result<(), ApiError> {
    let target = task_id.map_or_else(|| "tenant".to_owned(), |id| format!("task:{id}"));
    let tx = state.db.begin().await?;
    record::audit_read(&tx, &state.ids, caller, &target).await?;
    Ok(tx.commit().await?)
}
