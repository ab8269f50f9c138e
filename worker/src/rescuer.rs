//! Takes back what dead workers held.

use std::sync::Arc;
use std::time::Duration;

use domain::task::{self, ExpiredLease};
use sea_orm::{DbErr, TransactionTrait};
use tokio::time::sleep;

use crate::core::Core;
use crate::db_error::within;
use crate::tally::Counted;

const LIMIT: Duration = Duration::from_secs(20);
/// Leases per look; more are taken in the next one, at once.
const AT_MOST: usize = 100;
/// So many failures end a look.
const MAX_FAILURES: usize = 3;

/// Runs until it is dropped. Looks about every third of a lease, spread so that several workers do not look at once.
pub(crate) async fn run(core: Arc<Core>) {
    let interval = core.config.lease / 3;
    loop {
        sleep(interval.mul_f64(rand::random_range(0.5..=1.0))).await;
        loop {
            let found = within(LIMIT, task::expired(&core.db, AT_MOST)).await;
            core.steady.note(&found);
            match found {
                Ok(leases) if core.steady.for_at_least(core.config.lease) => {
                    if rescue_all(&core, &leases).await < AT_MOST {
                        break;
                    }
                }
                // Its worker may only have been cut off from the database, as this one was: it renews first.
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!(%error, "cannot look for expired leases");
                    break;
                }
            }
        }
    }
}

/// Answers how many leases were taken back. One that cannot be does not hold up the others; several mean that the database
/// is at fault.
async fn rescue_all(core: &Core, leases: &[ExpiredLease]) -> usize {
    let (mut done, mut failures) = (0, 0);
    for lease in leases {
        let result = within(LIMIT, rescue(core, lease)).await;
        core.mind_the_clock(&result).await;
        match result {
            Ok(true) => done += 1,
            // Its worker or another rescuer has it at this moment.
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, lease_id = %lease.id, "cannot take back an expired lease");
                failures += 1;
            }
        }
        if failures == MAX_FAILURES {
            core.steady.failed();
            break;
        }
    }
    done
}

async fn rescue(core: &Core, lease: &ExpiredLease) -> Result<bool, DbErr> {
    let tx = core.db.begin().await?;
    let rescued = task::rescue(&tx, &core.ids, lease).await?;
    tx.commit().await?;
    let Some(rescued) = rescued else { return Ok(false) };
    tracing::warn!(lease_id = %lease.id, worker = lease.worker_id, tasks = rescued.len(), "expired lease taken back");
    core.tally.add(Counted::Rescued, rescued.len());
    core.tally.add(Counted::Failed, rescued.iter().filter(|task| task.is_failed).count());
    if !rescued.is_empty() {
        core.notifier.changed(lease.tenant_id, rescued.iter().map(|task| task.id));
    }
    for task in rescued.iter().filter(|task| !task.is_failed) {
        core.notifier.ready(lease.tenant_id, &task.queue);
    }
    Ok(true)
}
