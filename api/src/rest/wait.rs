//! Waiting for a task, by the same notifications that feed subscriptions.

use std::pin::pin;
use std::time::Duration;

use domain::TaskStatus;
use domain::entity::task::Model;
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::state::AppState;

/// Waits until enough has become of a task (its state, its version), for `limit` at most, and not longer than the process
/// may live. No connection to the database is held meanwhile. Answers with the task as it was last seen: if the database
/// fails while we wait, what was known before is still true.
pub(super) async fn until(state: &AppState, task: Model, limit: Duration, enough: impl Fn(TaskStatus, i64) -> bool) -> Model {
    if limit.is_zero() || enough(task.status, task.version) {
        return task;
    }
    // Everything after the version that was seen is delivered: nothing falls between that read and this line.
    let mut updates = pin!(state.hub.watch(task.tenant_id, task.id, Some(task.version)));
    let mut changed = false;
    let _counted = state.metrics.live().wait();
    let waiting = async {
        while let Some(Ok(update)) = updates.next().await {
            changed = true;
            if enough(update.task.status, update.task.version) {
                break;
            }
        }
    };
    tokio::select! {
        () = state.stop.cancelled() => {}
        _ = timeout(limit, waiting) => {}
    }
    if !changed {
        return task;
    }
    // With the long texts, which the updates do not have.
    domain::task::get(&state.db, task.tenant_id, task.id).await.ok().flatten().unwrap_or(task)
}
