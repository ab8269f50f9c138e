//! What follows from a report's answer, or from its failure.

use std::collections::HashSet;
use std::time::Duration;

use domain::task::Verdict;
use sea_orm::DbErr;
use tokio::time::Instant;

use super::batch::Batch;
use super::queue::{Ended, Queue};
use super::send::Answer;
use crate::core::{Call, Core};
use crate::db_error::is_about_data;
use crate::holdings::LeaseKey;
use crate::outcome::End;
use crate::tally::Counted;

/// How long past its lease a report is still tried: after an outage no rescuer acts for a full lease, so a late report
/// still counts, and finished work is not done twice.
const PATIENCE: Duration = Duration::from_secs(600);

/// Closes the attempts and tells who waits for them. Answers the leases whose row is still to be removed.
pub(super) fn settle(core: &Core, batch: &Batch, answer: &Answer) -> Vec<LeaseKey> {
    let mut leases = HashSet::new();
    let mut changed = Vec::new();
    for ended in &batch.ended {
        core.holdings.settle(ended.lease, ended.attempt);
        leases.insert(ended.lease);
        match answer.verdicts.get(&ended.attempt.0) {
            Some(Verdict::Accepted { requeued }) => {
                changed.push(ended.attempt.0);
                count(core, &ended.end, requeued.is_some());
                if let Some(queue) = requeued {
                    requeue(core, ended, queue);
                }
            }
            Some(Verdict::AlreadyMine) => {
                changed.push(ended.attempt.0);
                let for_good = matches!(ended.end, End::Fail { for_good: true, .. });
                count(core, &ended.end, !for_good);
            }
            Some(Verdict::LeaseLost) => {
                let (task_id, lease_epoch) = ended.attempt;
                tracing::warn!(%task_id, lease_epoch, end = ended.end.name(), "report refused: the attempt was not ours any more");
            }
            None => {}
        }
    }
    if !changed.is_empty() {
        core.notifier.changed(batch.tenant_id, changed);
    }
    core.reported(batch.ended.len());
    core.holdings.forget_settled(&leases, &answer.ended)
}

fn count(core: &Core, end: &End, requeued: bool) {
    match end {
        End::Complete { .. } => core.tally.add(Counted::Done, 1),
        End::Fail { .. } => core.tally.add(if requeued { Counted::Retried } else { Counted::Failed }, 1),
        End::Release(_) | End::Silent => {}
    }
}

fn requeue(core: &Core, ended: &Ended, queue: &str) {
    match ended.end {
        // Nobody else knows when; others find it by polling.
        End::Fail { retry_in, .. } if !retry_in.is_zero() => core.call(Call::DueAt(Instant::now() + retry_in)),
        _ => core.notifier.ready(ended.lease.0, queue),
    }
}

/// Puts a batch back. One that was refused for its data is taken apart; who is refused alone is changed into something
/// that can be stored, or left to the rescuer.
pub(super) fn failed(core: &Core, queue: &mut Queue, batch: Batch, error: &DbErr) {
    let suspect = is_about_data(error);
    tracing::warn!(%error, attempts = batch.ended.len(), "report failed, will be repeated");
    let alone = suspect && batch.ended.len() == 1;
    queue.end_leases(batch.rows_left);
    let (mut leases, mut given_up) = (HashSet::new(), 0);
    for mut ended in batch.ended.into_iter().rev() {
        ended.alone |= suspect;
        if alone && matches!(ended.end, End::Complete { .. }) {
            ended.end = End::not_storable();
        } else if alone || expired(core, ended.lease) {
            let (task_id, lease_epoch) = ended.attempt;
            tracing::error!(%task_id, lease_epoch, "report given up: the task waits for a rescuer");
            core.holdings.orphan(ended.lease, ended.attempt);
            leases.insert(ended.lease);
            given_up += 1;
            continue;
        }
        queue.put_back(ended);
    }
    core.holdings.forget_settled(&leases, &[]);
    core.reported(given_up);
}

fn expired(core: &Core, lease: LeaseKey) -> bool {
    core.holdings.deadline(lease).is_none_or(|deadline| Instant::now() > deadline + PATIENCE)
}
