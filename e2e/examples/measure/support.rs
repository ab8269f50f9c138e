//! A durable PostgreSQL of its own (fsync on, unlike the tests') for measurements, and many tasks.

use std::path::PathBuf;

use boot::DatabaseConfig;
use domain::IdClock;
use domain::audit::Caller;
use domain::task::{self, NewTask};
use localpg::{Binaries, Options, Server, cluster_home, remove_cluster};
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

/// Of the API, for who asks it for more than one user may.
pub(crate) const UNLIMITED: &[(&str, &str)] = &[
    ("RATE_LIMIT_POINTS", "0"),
    ("MAX_SOCKETS_PER_USER", "100000"),
    ("MAX_SUBSCRIPTIONS_PER_USER", "100000"),
    ("MAX_OPEN_TASKS", "0"),
];

pub(crate) struct Bench {
    server: Option<Server>,
    cluster: PathBuf,
    folder: tempfile::TempDir,
    pub(crate) db: DatabaseConnection,
    pub(crate) ids: IdClock,
    pub(crate) caller: Caller,
}

impl Bench {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("ctap-bench-").tempdir().unwrap();
        let home = cluster_home(folder.path()).unwrap();
        let binaries = Binaries::locate().await.unwrap_or_else(|e| panic!("{e}"));
        let options = Options { cluster_dir: home.path.clone(), ephemeral: false };
        let server = Server::start(&binaries, options).await.unwrap_or_else(|e| panic!("{e}"));
        let url = server.url("postgres");
        migration::up(url.expose_secret().parse().unwrap()).await.unwrap();
        let db = boot::pool::connect_unlimited(&DatabaseConfig::from_url(url, None, 4).unwrap(), "bench").await.unwrap();
        let ids = IdClock::new();
        ids.sync(&db).await.unwrap();
        let id = ids.next();
        let caller = Caller { tenant_id: id, user_id: id, ..Caller::default() };
        Self { server: Some(server), cluster: home.path, folder, db, ids, caller }
    }

    pub(crate) fn url(&self) -> SecretString {
        self.server.as_ref().unwrap().url("postgres")
    }

    /// Submits `count` echo tasks, 500 per transaction.
    pub(crate) async fn submit(&self, count: usize) {
        for begin in (0..count).step_by(500) {
            let tx = self.db.begin().await.unwrap();
            for n in begin..(begin + 500).min(count) {
                let new = NewTask { kind: "echo".into(), payload: json!({"n": n}), ..NewTask::default() };
                task::create(&tx, &self.ids, &self.caller, new.validate().unwrap()).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
        self.db.execute_unprepared("VACUUM ANALYZE").await.unwrap();
    }

    pub(crate) async fn stop(mut self) {
        drop(self.db);
        self.server.take().unwrap().stop().await.unwrap();
        remove_cluster(&self.cluster).await.unwrap();
        self.folder.close().unwrap();
    }
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
