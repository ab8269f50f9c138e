//! Pausing and resuming.

use domain::audit::Caller;
use domain::queue::{self, Paused};
use sea_orm::TransactionTrait;

use super::{check_reason, detached, with_fresh_ids};
use crate::error::ApiError;
use crate::state::AppState;

/// Lets nothing be claimed from a queue any more; what runs goes on to its end.
///
/// # Errors
/// `BadUserInput` (`name`, `reason`); `Unavailable` or `Internal` when the database fails.
pub async fn pause_queue(state: &AppState, caller: &Caller, queue: String, reason: Option<String>) -> Result<Paused, ApiError> {
    check_reason(reason.as_deref())?;
    let (state, caller) = (state.clone(), caller.clone());
    detached(state.clone(), async move {
        with_fresh_ids(&state, || async {
            let tx = state.db.begin().await?;
            let paused = queue::pause(&tx, &state.ids, &caller, &queue, reason.as_deref()).await?;
            tx.commit().await?;
            Ok(paused)
        })
        .await
    })
    .await
}

/// Lets tasks be claimed from a queue again; workers learn of it at once.
///
/// # Errors
/// As [`pause_queue`].
pub async fn resume_queue(state: &AppState, caller: &Caller, queue: String, reason: Option<String>) -> Result<Paused, ApiError> {
    check_reason(reason.as_deref())?;
    let (state, caller) = (state.clone(), caller.clone());
    detached(state.clone(), async move {
        let resumed = with_fresh_ids(&state, || async {
            let tx = state.db.begin().await?;
            let resumed = queue::resume(&tx, &state.ids, &caller, &queue, reason.as_deref()).await?;
            tx.commit().await?;
            Ok(resumed)
        })
        .await?;
        if resumed.is_some() {
            state.notifier.ready(caller.tenant_id, &queue);
        }
        Ok(resumed)
    })
    .await
}
