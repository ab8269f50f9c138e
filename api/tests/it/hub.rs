//! Live changes: what a stream delivers while everything around it goes wrong.

mod follow;
mod watch;

use std::pin::Pin;

use api::error::ApiError;
use api::hub::{Hub, Update};
use domain::entity::task;
use domain::event::Notifier;
use futures_util::{Stream, StreamExt};
use sea_orm::{ConnectionTrait, TransactionTrait, TryGetable};
use testkit::{DEADLINE, Role, Tenant, TestDb, echo};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::support::statement;

/// A hub as one process has it, and a notifier as any process that writes has it.
struct TestHub {
    db: TestDb,
    hub: Hub,
    notifier: Notifier,
    stop: CancellationToken,
}

impl TestHub {
    async fn start() -> TestHub {
        let db = TestDb::new().await;
        let stop = CancellationToken::new();
        let pool = boot::pool::connect(&db.config(Role::Api, 8), "ctap-api").await.unwrap();
        let hub = Hub::start(pool, db.listener_pool(Role::Api).await, api::Metrics::default(), stop.clone());
        let (notifier, _) = Notifier::start(db.api.clone(), stop.clone());
        TestHub { db, hub, notifier, stop }
    }

    async fn submit(&self, tenant: &Tenant) -> task::Model {
        let task = self.db.submit(tenant, echo(1)).await;
        self.notifier.changed(tenant.id, [task.id]);
        task
    }

    /// The task's next version: pending tasks are cancelled, cancelled ones retried.
    async fn flip(&self, tenant: &Tenant, id: Uuid) {
        self.flip_in_silence(tenant, id).await;
        self.notifier.changed(tenant.id, [id]);
    }

    /// The same by a process that dies before its hint.
    async fn flip_in_silence(&self, tenant: &Tenant, id: Uuid) {
        let tx = self.db.api.begin().await.unwrap();
        let caller = tenant.caller();
        if domain::task::cancel(&tx, &self.db.ids, &caller, id, None).await.is_err() {
            domain::task::retry(&tx, &self.db.ids, &caller, id, None).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// The database's clock.
    async fn now(&self) -> String {
        self.first_text("SELECT clock_timestamp()::text AS at").await
    }

    /// Waits until streams have begun to read the trail twice after `since`: what the first read found was delivered
    /// before the second. `condition` is a piece of the statement that reads.
    async fn trail_is_read_twice(&self, since: String, condition: &str) {
        let mut since = since;
        for _ in 0..2 {
            let sql = format!(
                "SELECT query_start::text AS at FROM pg_stat_activity WHERE datname = current_database() \
                 AND application_name = 'ctap-api' AND query LIKE '%{condition}%' AND query_start > '{since}' \
                 ORDER BY query_start LIMIT 1"
            );
            since = self.first_text(&sql).await;
        }
    }

    async fn first_text(&self, sql: &str) -> String {
        let row = testkit::until(sql, async || self.db.owner.query_one_raw(statement(sql)).await.unwrap()).await;
        String::try_get_by(&row, "at").unwrap()
    }

    /// Ends every LISTEN connection of this database, and with it every hint on its way.
    async fn kill_listeners(&self) {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND application_name LIKE '%listener%'";
        self.db.owner.query_all_raw(statement(sql)).await.unwrap();
    }

    /// Ends every connection of this database but the test's own.
    async fn kill_everything(&self) {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND application_name LIKE 'ctap-%'";
        self.db.owner.query_all_raw(statement(sql)).await.unwrap();
    }
}

impl Drop for TestHub {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A stream that fails the test when it keeps silent.
struct Live(Pin<Box<dyn Stream<Item = Result<Box<Update>, ApiError>> + Send>>);

impl Live {
    fn new(stream: impl Stream<Item = Result<Box<Update>, ApiError>> + Send + 'static) -> Live {
        Live(Box::pin(stream))
    }

    async fn item(&mut self) -> Option<Result<Box<Update>, ApiError>> {
        timeout(DEADLINE, self.0.next()).await.expect("the stream keeps silent")
    }

    async fn update(&mut self) -> Update {
        *self.item().await.expect("the stream ended").expect("the stream erred")
    }

    async fn updates(&mut self, count: usize) -> Vec<Update> {
        let mut updates = Vec::new();
        while updates.len() < count {
            updates.push(self.update().await);
        }
        updates
    }

    /// The versions up to and including `last`.
    async fn versions_until(&mut self, last: i64) -> Vec<i64> {
        let mut versions = Vec::new();
        while versions.last().is_none_or(|version| *version < last) {
            let update = self.update().await;
            let version = update.change.seq.unwrap();
            assert!(update.task.version >= version, "the task is behind its change");
            versions.push(version);
        }
        versions
    }
}
