//! A worker in the test's own hands: the production transitions, one at a time, each hinted as a worker would.

use std::time::Duration;

use domain::event::Notifier;
use domain::task::{self, Claim, ClaimedTask, Completion, Failure, Report};
use sea_orm::TransactionTrait;
use serde_json::json;
use testkit::{Tenant, TestDb};
use tokio_util::sync::{CancellationToken, DropGuard};

const NAME: &str = "w1";

pub(crate) struct Worker<'a> {
    db: &'a TestDb,
    tenant: &'a Tenant,
    notifier: Notifier,
    _stop: DropGuard,
}

impl<'a> Worker<'a> {
    pub(crate) fn start(db: &'a TestDb, tenant: &'a Tenant) -> Worker<'a> {
        let stop = CancellationToken::new();
        let (notifier, _) = Notifier::start(db.worker.clone(), stop.clone());
        Worker { db, tenant, notifier, _stop: stop.drop_guard() }
    }

    /// Claims the one task that is due in the default queue.
    pub(crate) async fn claim_one(&self) -> ClaimedTask {
        let kinds = ["echo".to_owned(), "sleep".to_owned()];
        let claim = Claim {
            tenant_id: self.tenant.id,
            queue: "default",
            worker: NAME,
            kinds: &kinds,
            limit: 1,
            lease: Duration::from_secs(600),
        };
        let tx = self.db.worker.begin().await.unwrap();
        let batch = task::claim(&tx, &self.db.ids, claim).await.unwrap().expect("a task is due");
        tx.commit().await.unwrap();
        let claimed = batch.tasks.into_iter().next().unwrap();
        self.changed(&claimed);
        claimed
    }

    pub(crate) async fn complete(&self, claimed: &ClaimedTask) {
        let done = Completion { task_id: claimed.id, lease_epoch: claimed.lease_epoch, result: json!({"ok": true}) };
        let tx = self.db.worker.begin().await.unwrap();
        task::complete(&tx, &self.db.ids, self.report(), vec![done]).await.unwrap();
        tx.commit().await.unwrap();
        self.changed(claimed);
    }

    /// With attempts left and not `for_good`, the next attempt is due at once.
    pub(crate) async fn fail(&self, claimed: &ClaimedTask, for_good: bool) {
        let failure = Failure {
            task_id: claimed.id,
            lease_epoch: claimed.lease_epoch,
            code: "BROKEN".into(),
            message: "it broke".into(),
            for_good,
            retry_in: Duration::ZERO,
        };
        let tx = self.db.worker.begin().await.unwrap();
        task::fail(&tx, &self.db.ids, self.report(), vec![failure]).await.unwrap();
        tx.commit().await.unwrap();
        self.changed(claimed);
    }

    fn report(&self) -> Report<'_> {
        Report { tenant_id: self.tenant.id, worker: NAME }
    }

    fn changed(&self, claimed: &ClaimedTask) {
        self.notifier.changed(self.tenant.id, [claimed.id]);
    }
}
