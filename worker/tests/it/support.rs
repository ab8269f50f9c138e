//! Starting workers and waiting for what they do.

use std::time::Duration;

use async_trait::async_trait;
use domain::TaskStatus;
use domain::event::{Notifier, Topic};
use entity::task::Model;
use sea_orm::ConnectionTrait as _;
use testkit::{Role, Tenant, TestDb, until};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use worker::{Attempt, Config, Handler, Handlers, Metrics, Outcome, RunError};

/// A running worker; ends with the test.
pub(crate) struct Worker {
    pub(crate) stop: CancellationToken,
    task: JoinHandle<Result<(), RunError>>,
}

/// Quick to notice everything; private targets allowed, as in `dev`.
pub(crate) fn config(db: &TestDb) -> Config {
    Config {
        concurrency: 4,
        lease: Duration::from_secs(2),
        poll_interval: Duration::from_millis(200),
        http_allow_private: true,
        drain: Duration::from_secs(2),
        ..Config::new(db.config(Role::Worker, 4))
    }
}

impl Worker {
    /// With the standard handlers.
    pub(crate) async fn start(db: &TestDb) -> Worker {
        let config = config(db);
        let handlers = Handlers::standard(&config).unwrap();
        Worker::start_with(db, config, handlers).await
    }

    /// With the standard handlers and this one in place of its kind's.
    pub(crate) async fn start_running<F, Fut>(db: &TestDb, kind: &'static str, run: F) -> Worker
    where
        F: Fn(Attempt) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Outcome> + Send + 'static,
    {
        let config = config(db);
        let handlers = Handlers::standard(&config).unwrap().with(handler(kind, run));
        Worker::start_with(db, config, handlers).await
    }

    pub(crate) async fn start_with(db: &TestDb, config: Config, handlers: Handlers) -> Worker {
        let connection = boot::pool::connect(&config.database, "worker under test").await.unwrap();
        let listener = db.listener_pool(Role::Worker).await;
        let stop = CancellationToken::new();
        let task = tokio::spawn(worker::run_with(config, handlers, Metrics::default(), connection, listener, stop.clone()));
        Worker { stop, task }
    }

    /// Stops it and waits for its drain, which must end well.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        (&mut self.task).await.unwrap().unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Run<F>(&'static str, F);

/// A handler made of a function.
pub(crate) fn handler<F, Fut>(kind: &'static str, run: F) -> impl Handler
where
    F: Fn(Attempt) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Outcome> + Send + 'static,
{
    Run(kind, run)
}

#[async_trait]
impl<F, Fut> Handler for Run<F>
where
    F: Fn(Attempt) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Outcome> + Send + 'static,
{
    fn kind(&self) -> &'static str {
        self.0
    }

    async fn run(&self, attempt: Attempt) -> Outcome {
        (self.1)(attempt).await
    }
}

/// Waits until the task is in that state.
pub(crate) async fn wait_for(db: &TestDb, tenant: &Tenant, id: Uuid, status: TaskStatus) -> Model {
    until(&format!("the task is {status:?}"), async || Some(db.task(tenant, id).await).filter(|task| task.status == status)).await
}

/// Code and message of the task's last failure.
pub(crate) fn error_of(task: &Model) -> (String, String) {
    let error = task.error.as_ref().expect("the task has an error");
    let text = |name: &str| error[name].as_str().unwrap().to_owned();
    (text("code"), text("message"))
}

/// Waits until every lease is gone: whoever finishes the last task of one must remove it.
pub(crate) async fn no_leases(db: &TestDb) {
    until("no lease is left", async || (count(db, "SELECT count(*) FROM leases").await == 0).then_some(())).await;
}

/// The number a query answers with, asked as the owner.
pub(crate) async fn count(db: &TestDb, sql: &str) -> i64 {
    let row = db.owner.query_one_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Sends hints as the API does, for as long as it is held.
pub(crate) struct Hints {
    pub(crate) notifier: Notifier,
    stop: CancellationToken,
}

impl Hints {
    pub(crate) fn start(db: &TestDb) -> Hints {
        let stop = CancellationToken::new();
        let (notifier, _) = Notifier::start(db.api.clone(), stop.clone());
        Hints { notifier, stop }
    }
}

impl Drop for Hints {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Waits until a worker listens: the first hint it could hear is not lost.
pub(crate) async fn listening(db: &TestDb) {
    // The last of the topics that a worker listens to, as PostgreSQL shows it to others: the statement itself.
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%{}%'",
        Topic::Ready.channel()
    );
    until("a worker listens", async || (count(db, &sql).await > 0).then_some(())).await;
}
