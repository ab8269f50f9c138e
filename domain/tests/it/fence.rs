//! A result counts only for the attempt it was made in.

use domain::TaskStatus;
use domain::task::Verdict;

use crate::stage::{LEASE, Stage, Staged, WORKER, accepted};

#[tokio::test]
async fn complete_after_cancel_is_refused() {
    let stage = Stage::new().await;
    let staged = stage.in_state(TaskStatus::Running).await;
    stage.cancel(staged.id).await.unwrap();
    assert_eq!(stage.complete(WORKER, &staged).await, Verdict::LeaseLost);
    assert_eq!(stage.task(staged.id).await.status, TaskStatus::Cancelled);
    let expected = ["task.created", "task.started", "task.cancelled", "task.result_refused"];
    assert_eq!(stage.db.actions(&stage.acme, staged.id).await, expected);
    stage.db.assert_invariants().await;
}

#[tokio::test]
async fn complete_after_rescue_and_reclaim_is_refused_to_the_old_and_granted_to_the_new_worker() {
    let stage = Stage::new().await;
    let old = stage.in_state(TaskStatus::Running).await;
    assert_eq!(stage.rescue(&old).await, 1);
    let batch = stage.claim_as("w2", 1, LEASE).await.unwrap();
    let new = Staged { id: old.id, epoch: batch.tasks[0].lease_epoch, lease_id: batch.lease_id };
    assert_eq!(stage.complete(WORKER, &old).await, Verdict::LeaseLost);
    assert_eq!(stage.task(old.id).await.status, TaskStatus::Running, "the refused result changed nothing");
    assert_eq!(stage.complete("w2", &new).await, accepted());
    assert_eq!(stage.task(old.id).await.attempt, 2);
    stage.db.assert_invariants().await;
}

#[tokio::test]
async fn a_worker_cannot_pass_off_anothers_result_as_its_own() {
    let stage = Stage::new().await;
    let staged = stage.in_state(TaskStatus::Done).await;
    assert_eq!(stage.complete("w2", &staged).await, Verdict::LeaseLost);
    assert_eq!(stage.fail(WORKER, &staged, true).await, Verdict::LeaseLost, "another report than the one that counted");
}

#[tokio::test]
async fn of_a_mixed_batch_the_good_are_taken_and_the_late_refused() {
    use domain::task::{self, Completion};
    use sea_orm::TransactionTrait;
    let stage = Stage::new().await;
    for n in 0..3 {
        stage.db.submit(&stage.acme, testkit::echo(n)).await;
    }
    let batch = stage.claim(3).await.unwrap();
    stage.cancel(batch.tasks[1].id).await.unwrap();
    let completions =
        batch.tasks.iter().map(|t| Completion { task_id: t.id, lease_epoch: t.lease_epoch, result: 1.into() }).collect();
    let tx = stage.db.worker.begin().await.unwrap();
    let verdicts = task::complete(&tx, stage.ids(), stage.report(WORKER), completions).await.unwrap();
    task::end_leases(&tx, stage.report(WORKER), &[batch.lease_id]).await.unwrap();
    tx.commit().await.unwrap();
    let of = |n: usize| &verdicts[&batch.tasks[n].id];
    assert_eq!((of(0), of(1), of(2)), (&accepted(), &Verdict::LeaseLost, &accepted()));
    stage.db.assert_invariants().await;
}

#[tokio::test]
async fn cancel_and_complete_at_once_leave_exactly_one_end() {
    let stage = Stage::new().await;
    for _ in 0..40 {
        let staged = stage.in_state(TaskStatus::Running).await;
        let (completed, cancelled) = tokio::join!(stage.complete(WORKER, &staged), stage.cancel(staged.id));
        let status = stage.task(staged.id).await.status;
        match status {
            TaskStatus::Done => assert!(completed == accepted() && cancelled.is_err()),
            TaskStatus::Cancelled => assert!(completed == Verdict::LeaseLost && cancelled.is_ok()),
            other => panic!("{other:?}"),
        }
    }
    stage.db.assert_invariants().await;
}
