//! One claim: a transaction of its own, that nothing else shares.

use std::sync::Arc;
use std::time::Duration;

use domain::task::{self, Batch, Claim};
use sea_orm::{DbErr, TransactionTrait};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use crate::core::Core;
use crate::db_error::within;
use crate::ready_list::Turn;

/// Above the limits of the statement itself: only a silent connection takes this long.
const LIMIT: Duration = Duration::from_secs(20);

/// How a claim ended.
pub(crate) struct Claimed {
    pub(crate) turn: Turn,
    /// The slots reserved for it, `turn.ask` of them.
    pub(crate) slots: OwnedSemaphorePermit,
    /// The batch, and until when it is ours by our own clock.
    pub(crate) result: Result<Option<(Batch, Instant)>, DbErr>,
}

/// Claims at most `turn.ask` tasks into the slots.
pub(crate) async fn claim(core: Arc<Core>, turn: Turn, slots: OwnedSemaphorePermit) -> Claimed {
    let began = Instant::now();
    let result = within(LIMIT, run(&core, &turn)).await;
    let (what, tasks) = match &result {
        Ok(Some((batch, _))) => ("tasks", batch.tasks.as_slice()),
        Ok(None) => ("nothing", [].as_slice()),
        Err(_) => ("error", [].as_slice()),
    };
    core.metrics.claimed(what, began.elapsed(), tasks.iter().map(|task| Duration::from_millis(task.waited_ms.unsigned_abs())));
    core.mind_the_clock(&result).await;
    core.steady.note(&result);
    if let Ok(Some((batch, _))) = &result {
        core.notifier.changed(batch.tenant_id, batch.tasks.iter().map(|task| task.id));
    }
    Claimed { turn, slots, result }
}

async fn run(core: &Core, turn: &Turn) -> Result<Option<(Batch, Instant)>, DbErr> {
    let tx = core.db.begin().await?;
    let claim = Claim {
        tenant_id: turn.pair.0,
        queue: &turn.pair.1,
        worker: &core.name,
        kinds: &core.kinds,
        limit: turn.ask,
        lease: core.config.lease,
    };
    // Before the statement is sent: the lease begins in the database at some moment after this.
    let deadline = Instant::now() + core.config.lease;
    let batch = task::claim(&tx, &core.ids, claim).await?;
    match batch {
        Some(batch) => tx.commit().await.map(|()| Some((batch, deadline))),
        None => tx.rollback().await.map(|()| None),
    }
}
