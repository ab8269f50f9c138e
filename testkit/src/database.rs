//! A migrated database of its own for every test, gone when the test is over.

use std::sync::atomic::{AtomicU32, Ordering};

use boot::DatabaseConfig;
use sea_orm::DatabaseConnection;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;

use crate::server::{execute, shared};

/// As whom to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The cluster's superuser, who owns the schema.
    Owner,
    /// The API process.
    Api,
    /// The worker process.
    Worker,
    /// The auditor.
    Auditor,
}

impl Role {
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Owner => None,
            Self::Api => Some("ctap_api"),
            Self::Worker => Some("ctap_worker"),
            Self::Auditor => Some("ctap_auditor"),
        }
    }
}

/// One test's database. The connections are opened as the production pool opens them, under their role, so that a missing
/// grant shows at once.
#[derive(Debug)]
pub struct TestDb {
    name: String,
    /// As the owner: to arrange and to look behind the scenes.
    pub owner: DatabaseConnection,
    /// As the API.
    pub api: DatabaseConnection,
    /// As a worker.
    pub worker: DatabaseConnection,
    /// The clock of the test's own transitions, set to the database's.
    pub ids: std::sync::Arc<domain::IdClock>,
}

static NEXT: AtomicU32 = AtomicU32::new(1);

impl TestDb {
    /// A new database with the newest schema.
    pub async fn new() -> Self {
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        // Starting the server waits on another thread: not on this runtime's.
        let shared = tokio::task::spawn_blocking(shared).await.unwrap();
        execute(&shared.url("postgres"), &format!("CREATE DATABASE {name} TEMPLATE template_ctap")).await;
        let open = async |role: Role| boot::pool::connect(&config(&name, role, 4), "testkit").await.unwrap();
        let (owner, api, worker) = (open(Role::Owner).await, open(Role::Api).await, open(Role::Worker).await);
        let ids = std::sync::Arc::new(domain::IdClock::new());
        ids.sync(&owner).await.unwrap();
        Self { name, owner, api, worker, ids }
    }

    /// Its address as the cluster's superuser.
    #[must_use]
    pub fn url(&self) -> SecretString {
        shared().url(&self.name)
    }

    /// What a process under `role` is configured with.
    #[must_use]
    pub fn config(&self, role: Role, pool: u32) -> DatabaseConfig {
        config(&self.name, role, pool)
    }

    /// A pool of one connection for a listener.
    pub async fn listener_pool(&self, role: Role) -> PgPool {
        boot::pool::listener_pool(&self.config(role, 1), "testkit-listener").await.unwrap()
    }

    /// The environment variables a real binary under `role` needs to find this database.
    #[must_use]
    pub fn environment(&self, role: Role) -> Vec<(&'static str, String)> {
        let mut variables = vec![("DATABASE_URL", self.url().expose_secret().to_owned())];
        variables.extend(role.name().map(|name| ("DATABASE_ROLE", name.to_owned())));
        variables
    }

    /// Fails the test when the trail and the tasks disagree.
    pub async fn assert_invariants(&self) {
        let violations = domain::invariant::violations(&self.owner).await.unwrap();
        assert!(violations.is_empty(), "invariants broken:\n{}", violations.join("\n"));
    }
}

fn config(database: &str, role: Role, pool: u32) -> DatabaseConfig {
    DatabaseConfig::from_url(shared().url(database), role.name(), pool).unwrap()
}

impl Drop for TestDb {
    fn drop(&mut self) {
        drop_in_background(std::mem::take(&mut self.name));
    }
}

/// A database without any schema, for tests of the migrations themselves.
#[derive(Debug)]
pub struct EmptyDb(String);

impl EmptyDb {
    /// A new one.
    pub async fn new() -> Self {
        let name = format!("empty_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let shared = tokio::task::spawn_blocking(shared).await.unwrap();
        execute(&shared.url("postgres"), &format!("CREATE DATABASE {name}")).await;
        Self(name)
    }

    /// Its address as the cluster's superuser.
    #[must_use]
    pub fn url(&self) -> SecretString {
        shared().url(&self.0)
    }
}

impl Drop for EmptyDb {
    fn drop(&mut self) {
        drop_in_background(std::mem::take(&mut self.0));
    }
}

/// Not waited for: the server goes with the process anyway, this only keeps the disk small meanwhile.
fn drop_in_background(name: String) {
    let shared = shared();
    let admin = shared.url("postgres");
    drop(shared.runtime.spawn(async move { execute(&admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await }));
}
