//! Leases: who is rescued, who is spared, where a task that kills its workers ends.

use std::time::Duration;

use domain::TaskStatus;
use domain::task;
use sea_orm::{ConnectionTrait, TransactionTrait};

use crate::stage::{LEASE, Stage, WORKER};

#[tokio::test]
async fn only_what_ran_out_is_found_and_an_extended_lease_is_spared() {
    let stage = Stage::new().await;
    let staged = stage.in_state(TaskStatus::Running).await;
    assert!(task::expired(&stage.db.worker, 10).await.unwrap().is_empty());
    stage
        .db
        .owner
        .execute_unprepared("UPDATE leases SET lease_until = statement_timestamp() - interval '1 second'")
        .await
        .unwrap();
    let found = task::expired(&stage.db.worker, 10).await.unwrap();
    assert_eq!((found.len(), found[0].tasks), (1, 1));
    // The worker was only slow: its heartbeat comes before the rescuer's transaction.
    let held = task::heartbeat(&stage.db.worker, WORKER, &[(stage.acme.id, staged.lease_id)], LEASE).await.unwrap();
    assert_eq!(held.len(), 1);
    let tx = stage.db.worker.begin().await.unwrap();
    assert!(task::rescue(&tx, stage.ids(), &found[0]).await.unwrap().is_none());
    tx.commit().await.unwrap();
    assert_eq!(stage.task(staged.id).await.status, TaskStatus::Running);
}

#[tokio::test]
async fn a_heartbeat_tells_what_was_lost_and_extends_nobody_elses_lease() {
    let stage = Stage::new().await;
    let staged = stage.in_state(TaskStatus::Running).await;
    let lease = [(stage.acme.id, staged.lease_id)];
    assert!(task::heartbeat(&stage.db.worker, "w2", &lease, LEASE).await.unwrap().is_empty());
    assert_eq!(stage.rescue(&staged).await, 1);
    assert!(task::heartbeat(&stage.db.worker, WORKER, &lease, LEASE).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_task_that_kills_its_workers_fails_when_its_attempts_are_used_up() {
    let stage = Stage::new().await;
    let new = domain::task::NewTask { max_attempts: Some(2), ..testkit::echo(1) };
    let id = stage.db.submit(&stage.acme, new).await.id;
    for _ in 0..2 {
        let batch = stage.claim(1).await.unwrap();
        let staged = crate::stage::Staged { id, epoch: batch.tasks[0].lease_epoch, lease_id: batch.lease_id };
        assert_eq!(stage.rescue(&staged).await, 1);
    }
    let task = stage.task(id).await;
    assert_eq!((task.status, task.attempt), (TaskStatus::Failed, 2));
    assert_eq!(task.error.unwrap()["code"], "WORKER_LOST");
    assert_eq!(stage.db.actions(&stage.acme, id).await.last().unwrap(), "task.failed");
    assert!(stage.claim(1).await.is_none());
    stage.db.assert_invariants().await;
}

#[tokio::test]
async fn what_was_cancelled_or_rescued_is_reported_lost() {
    let stage = Stage::new().await;
    let (kept, cancelled) = (stage.in_state(TaskStatus::Running).await, stage.in_state(TaskStatus::Running).await);
    stage.cancel(cancelled.id).await.unwrap();
    let attempts = [(kept.id, kept.epoch), (cancelled.id, cancelled.epoch)];
    let lost = task::lost(&stage.db.worker, stage.acme.id, &attempts).await.unwrap();
    assert_eq!(lost, [(cancelled.id, cancelled.epoch)]);
}

#[tokio::test]
async fn rescuers_at_once_take_each_task_back_once() {
    let stage = Stage::new().await;
    for n in 0..20 {
        stage.db.submit(&stage.acme, testkit::echo(n)).await;
    }
    while stage.claim_as(WORKER, 4, Duration::from_millis(0)).await.is_some() {}
    let found = testkit::until("all five leases ran out", async || {
        Some(task::expired(&stage.db.worker, 100).await.unwrap()).filter(|found| found.len() == 5)
    })
    .await;
    let rescuer = async || {
        let mut taken = 0;
        for lease in &found {
            let tx = stage.db.worker.begin().await.unwrap();
            taken += task::rescue(&tx, stage.ids(), lease).await.unwrap().map_or(0, |rescued| rescued.len());
            tx.commit().await.unwrap();
        }
        taken
    };
    let (a, b, c) = tokio::join!(rescuer(), rescuer(), rescuer());
    assert_eq!(a + b + c, 20);
    stage.db.assert_invariants().await;
}
