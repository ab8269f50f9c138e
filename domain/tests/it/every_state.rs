//! Every transition from every status: the row, the audit row, or the typed refusal.

use domain::TaskStatus::{self, Cancelled, Done, Failed, Pending, Running};
use domain::task::{TaskError, Verdict};
use entity::task::Model;

use crate::stage::{Stage, Staged, WORKER, accepted, requeued};

const ALL: [TaskStatus; 5] = [Pending, Running, Done, Failed, Cancelled];

/// What a transition is expected to do from one state.
enum Expect {
    /// The new state, the audit action, and how the attempt number changes.
    Becomes(TaskStatus, &'static str, i32),
    /// Nothing changes; a row `task.result_refused` says that a worker came too late.
    Refused,
    /// Nothing changes and nothing is written.
    Nothing,
}
use Expect::{Becomes, Nothing, Refused};

/// Runs one transition from each of the five states and checks what became of the task and of its trail.
async fn from_every_state(transition: impl AsyncFn(&Stage, &Staged, TaskStatus, bool), expected: impl Fn(TaskStatus) -> Expect) {
    let stage = Stage::new().await;
    for status in ALL {
        let staged = stage.in_state(status).await;
        let (before, trail) = (stage.task(staged.id).await, stage.db.actions(&stage.acme, staged.id).await);
        let expect = expected(status);
        transition(&stage, &staged, status, matches!(expect, Becomes(..))).await;
        let (after, trail_after) = (stage.task(staged.id).await, stage.db.actions(&stage.acme, staged.id).await);
        let new_rows = trail_after.strip_prefix(trail.as_slice()).expect("the trail only grows").to_vec();
        match expect {
            Becomes(to, action, attempt) => {
                assert_eq!(
                    (after.status, after.version, after.attempt),
                    (to, before.version + 1, before.attempt + attempt),
                    "from {status:?}"
                );
                assert_eq!(new_rows, [action], "from {status:?}");
                check_epoch(&before, &after);
            }
            Refused => {
                assert_eq!(after, before, "from {status:?}");
                assert_eq!(new_rows, ["task.result_refused"], "from {status:?}");
            }
            Nothing => {
                assert_eq!(after, before, "from {status:?}");
                assert!(new_rows.is_empty(), "from {status:?}: {new_rows:?}");
            }
        }
        stage.db.assert_invariants().await;
        // Out of the way of the next state's claim.
        if !after.status.is_final() {
            stage.cancel(staged.id).await.unwrap();
        }
    }
}

/// The fence rises with the claim and with every exit from running, and at no other time.
fn check_epoch(before: &Model, after: &Model) {
    let rises = after.status == Running || before.status == Running;
    assert_eq!(after.lease_epoch, before.lease_epoch + i64::from(rises));
}

fn verdict(actual: &Verdict, when_accepted: &Verdict, changes: bool) {
    assert_eq!(actual, if changes { when_accepted } else { &Verdict::LeaseLost });
}

#[tokio::test]
async fn claim() {
    from_every_state(
        async |stage, staged, _, changes| {
            let batch = stage.claim(10).await;
            assert_eq!(batch.map(|b| b.tasks[0].id), changes.then_some(staged.id));
        },
        |from| if from == Pending { Becomes(Running, "task.started", 1) } else { Nothing },
    )
    .await;
}

#[tokio::test]
async fn complete() {
    from_every_state(
        async |stage, staged, from, changes| {
            let actual = stage.complete(WORKER, staged).await;
            // Its own answer repeated is no surprise: the first commit counted.
            if from == Done { assert_eq!(actual, Verdict::AlreadyMine) } else { verdict(&actual, &accepted(), changes) }
        },
        |from| match from {
            Running => Becomes(Done, "task.completed", 0),
            Done => Nothing,
            _ => Refused,
        },
    )
    .await;
}

#[tokio::test]
async fn fail_with_attempts_left() {
    from_every_state(
        async |stage, staged, from, changes| {
            let actual = stage.fail(WORKER, staged, false).await;
            if from == Failed { assert_eq!(actual, Verdict::AlreadyMine) } else { verdict(&actual, &requeued(), changes) }
        },
        |from| match from {
            Running => Becomes(Pending, "task.retry_scheduled", 0),
            Failed => Nothing,
            _ => Refused,
        },
    )
    .await;
}

#[tokio::test]
async fn fail_for_good() {
    from_every_state(
        async |stage, staged, from, changes| {
            let actual = stage.fail(WORKER, staged, true).await;
            if from == Failed { assert_eq!(actual, Verdict::AlreadyMine) } else { verdict(&actual, &accepted(), changes) }
        },
        |from| match from {
            Running => Becomes(Failed, "task.failed", 0),
            Failed => Nothing,
            _ => Refused,
        },
    )
    .await;
}

#[tokio::test]
async fn release() {
    from_every_state(
        async |stage, staged, _, changes| verdict(&stage.release(WORKER, staged).await, &requeued(), changes),
        |from| if from == Running { Becomes(Pending, "task.released", -1) } else { Refused },
    )
    .await;
}

#[tokio::test]
async fn rescue() {
    from_every_state(
        async |stage, staged, _, changes| assert_eq!(stage.rescue(staged).await, usize::from(changes)),
        |from| if from == Running { Becomes(Pending, "task.rescued", 0) } else { Nothing },
    )
    .await;
}

#[tokio::test]
async fn cancel() {
    from_every_state(
        async |stage, staged, from, changes| match stage.cancel(staged.id).await {
            Ok(task) => assert!(changes && task.status == Cancelled),
            Err(TaskError::Conflict(present)) => assert!(!changes && present == from),
            Err(other) => panic!("{other:?}"),
        },
        |from| if matches!(from, Pending | Running) { Becomes(Cancelled, "task.cancelled", 0) } else { Nothing },
    )
    .await;
}

#[tokio::test]
async fn retry() {
    from_every_state(
        async |stage, staged, from, changes| match stage.retry(staged.id).await {
            Ok(task) => assert!(changes && task.status == Pending),
            Err(TaskError::Conflict(present)) => assert!(!changes && present == from),
            Err(other) => panic!("{other:?}"),
        },
        |from| match from {
            Failed => Becomes(Pending, "task.retried", -1),
            Cancelled => Becomes(Pending, "task.retried", 0),
            _ => Nothing,
        },
    )
    .await;
}

#[tokio::test]
async fn a_task_that_does_not_exist_is_not_found() {
    let stage = Stage::new().await;
    let nobody = uuid::Uuid::now_v7();
    assert!(matches!(stage.cancel(nobody).await, Err(TaskError::NotFound)));
    assert!(matches!(stage.retry(nobody).await, Err(TaskError::NotFound)));
}
