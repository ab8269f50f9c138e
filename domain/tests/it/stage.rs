//! Brings tasks into every state by the production transitions, and runs transitions by name.

use std::time::Duration;

use domain::task::{self, Batch, Claim, Completion, ExpiredLease, Failure, Release, Report, TaskError, Verdict};
use domain::{IdClock, TaskStatus};
use entity::task::Model;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, TransactionTrait};
use serde_json::json;
use testkit::{Tenant, TestDb};
use uuid::Uuid;

pub(crate) const WORKER: &str = "w1";
pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// A tenant of a fresh database, and what a test does to its tasks.
pub(crate) struct Stage {
    pub(crate) db: TestDb,
    pub(crate) acme: Tenant,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let db = TestDb::new().await;
        let acme = db.tenant("acme").await;
        Self { db, acme }
    }

    pub(crate) fn ids(&self) -> &IdClock {
        &self.db.ids
    }

    pub(crate) async fn task(&self, id: Uuid) -> Model {
        self.db.task(&self.acme, id).await
    }

    /// Claims up to `limit` tasks of the default queue as `worker`.
    pub(crate) async fn claim_as(&self, worker: &str, limit: usize, lease: Duration) -> Option<Batch> {
        let kinds: Vec<String> = domain::kind::ALL.iter().map(|k| k.name.to_owned()).collect();
        let claim = Claim { tenant_id: self.acme.id, queue: "default", worker, kinds: &kinds, limit, lease };
        let tx = self.db.worker.begin().await.unwrap();
        let batch = task::claim(&tx, self.ids(), claim).await.unwrap();
        tx.commit().await.unwrap();
        batch
    }

    pub(crate) async fn claim(&self, limit: usize) -> Option<Batch> {
        self.claim_as(WORKER, limit, LEASE).await
    }

    pub(crate) fn report<'a>(&self, worker: &'a str) -> Report<'a> {
        Report { tenant_id: self.acme.id, worker }
    }

    /// A task in that state, with the epoch its last claim gave (0 if none) and its lease.
    pub(crate) async fn in_state(&self, status: TaskStatus) -> Staged {
        let id = self.db.submit(&self.acme, testkit::echo(1)).await.id;
        let mut staged = Staged { id, epoch: 0, lease_id: Uuid::nil() };
        if matches!(status, TaskStatus::Running | TaskStatus::Done | TaskStatus::Failed) {
            let batch = self.claim(1).await.expect("claimable");
            (staged.epoch, staged.lease_id) = (batch.tasks[0].lease_epoch, batch.lease_id);
        }
        match status {
            TaskStatus::Pending | TaskStatus::Running => {}
            TaskStatus::Done => assert_eq!(self.complete(WORKER, &staged).await, accepted()),
            TaskStatus::Failed => assert_eq!(self.fail(WORKER, &staged, true).await, accepted()),
            TaskStatus::Cancelled => drop(self.cancel(id).await.unwrap()),
        }
        assert_eq!(self.task(id).await.status, status);
        staged
    }

    async fn in_worker_tx<T>(&self, work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, DbErr>) -> T {
        let tx = self.db.worker.begin().await.unwrap();
        let answer = work(&tx).await.unwrap();
        tx.commit().await.unwrap();
        answer
    }

    pub(crate) async fn complete(&self, worker: &str, staged: &Staged) -> Verdict {
        let completion = Completion { task_id: staged.id, lease_epoch: staged.epoch, result: json!({"ok": true}) };
        let verdicts = self
            .in_worker_tx(async |tx| {
                let verdicts = task::complete(tx, self.ids(), self.report(worker), vec![completion]).await?;
                task::end_leases(tx, self.report(worker), &[staged.lease_id]).await?;
                Ok(verdicts)
            })
            .await;
        verdicts[&staged.id].clone()
    }

    pub(crate) async fn fail(&self, worker: &str, staged: &Staged, for_good: bool) -> Verdict {
        let failure = Failure {
            task_id: staged.id,
            lease_epoch: staged.epoch,
            code: "BROKEN".into(),
            message: "it broke".into(),
            for_good,
            retry_in: Duration::ZERO,
        };
        let verdicts = self.in_worker_tx(async |tx| task::fail(tx, self.ids(), self.report(worker), vec![failure]).await).await;
        verdicts[&staged.id].clone()
    }

    pub(crate) async fn release(&self, worker: &str, staged: &Staged) -> Verdict {
        let release = [Release { task_id: staged.id, lease_epoch: staged.epoch }];
        let verdicts =
            self.in_worker_tx(async |tx| task::release(tx, self.ids(), self.report(worker), "DRAINING", &release).await).await;
        verdicts[&staged.id].clone()
    }

    /// Lets the task's lease run out and rescues it; the number of tasks taken back.
    pub(crate) async fn rescue(&self, staged: &Staged) -> usize {
        let expire = format!(
            "UPDATE leases SET lease_until = statement_timestamp() - interval '1 second' WHERE id = '{}'",
            staged.lease_id
        );
        self.db.owner.execute_unprepared(&expire).await.unwrap();
        let lease = ExpiredLease { tenant_id: self.acme.id, id: staged.lease_id, worker_id: WORKER.into(), tasks: 1 };
        self.in_worker_tx(async |tx| task::rescue(tx, self.ids(), &lease).await).await.map_or(0, |rescued| rescued.len())
    }

    pub(crate) async fn cancel(&self, id: Uuid) -> Result<Model, TaskError> {
        let tx = self.db.api.begin().await.unwrap();
        let done = task::cancel(&tx, self.ids(), &self.acme.caller(), id, Some("test")).await;
        tx.commit().await.unwrap();
        done.map(|operated| operated.task)
    }

    pub(crate) async fn retry(&self, id: Uuid) -> Result<Model, TaskError> {
        let tx = self.db.api.begin().await.unwrap();
        let done = task::retry(&tx, self.ids(), &self.acme.caller(), id, None).await;
        tx.commit().await.unwrap();
        done.map(|operated| operated.task)
    }
}

/// A task brought into a state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Staged {
    pub(crate) id: Uuid,
    pub(crate) epoch: i64,
    pub(crate) lease_id: Uuid,
}

/// Accepted, and not pending again.
pub(crate) fn accepted() -> Verdict {
    Verdict::Accepted { requeued: None }
}

/// Accepted, and pending again in the default queue.
pub(crate) fn requeued() -> Verdict {
    Verdict::Accepted { requeued: Some("default".into()) }
}
