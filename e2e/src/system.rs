//! A database, an API and workers: what a scenario plays on.

use domain::access::Scopes;
use testkit::{Role, Tenant, TestDb};

use crate::{Client, Process};

/// The whole system, each process under its own database role.
#[derive(Debug)]
pub struct System {
    /// The database, to look behind the scenes.
    pub db: TestDb,
    /// A tenant.
    pub acme: Tenant,
    /// The API process.
    pub api: Process,
    /// A client with the tenant's key.
    pub client: Client,
    variables: Vec<(&'static str, String)>,
}

/// Seconds of a lease: short, so that tests need not wait long for a dead worker to be noticed.
const LEASE_SECONDS: &str = "2";

impl System {
    /// A fresh database and a running API, no worker yet.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same, with variables of its own for every process.
    pub async fn start_with(variables: &[(&'static str, &str)]) -> Self {
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let db = TestDb::new().await;
        let acme = db.tenant("acme").await;
        let (api, client) = start_api(&db, &acme, &variables).await;
        Self { db, acme, api, client, variables }
    }

    /// One more worker.
    pub async fn worker(&self) -> Process {
        let mut variables = self.db.environment(Role::Worker);
        variables.extend(self.variables.iter().cloned());
        variables.extend([
            ("PORT", "0".to_owned()),
            ("BIND_ADDRESS", "127.0.0.1".to_owned()),
            ("LEASE_SECONDS", LEASE_SECONDS.to_owned()),
            ("HTTP_ALLOW_PRIVATE", "true".to_owned()),
        ]);
        let mut worker = Process::start("worker", &variables);
        worker.address().await;
        worker
    }

    /// A client with a key of these scopes for another user of the tenant.
    pub async fn client_for(&self, scopes: Scopes) -> Client {
        let other = self.db.key("acme", "other", scopes).await;
        Client::new(&self.client.address, &other.key)
    }

    /// Another API process in the place of the one there is (which is ended).
    pub async fn restart_api(&mut self) {
        (self.api, self.client) = start_api(&self.db, &self.acme, &self.variables).await;
    }

    /// Waits until the task is in that state.
    pub async fn until_status(&self, task_id: &str, status: &str) {
        testkit::until(&format!("{task_id} becomes {status}"), async || {
            (self.client.get(task_id).await["status"] == status).then_some(())
        })
        .await;
    }

    /// The actions of a task's trail.
    pub async fn actions(&self, task_id: &str) -> Vec<String> {
        self.db.actions(&self.acme, task_id.parse().unwrap()).await
    }
}

async fn start_api(db: &TestDb, acme: &Tenant, others: &[(&'static str, String)]) -> (Process, Client) {
    let mut variables = db.environment(Role::Api);
    variables.extend([("PORT", "0".to_owned()), ("BIND_ADDRESS", "127.0.0.1".to_owned())]);
    variables.extend(others.iter().cloned());
    let mut api = Process::start("api", &variables);
    let address = api.address().await;
    (api, Client::new(&address, &acme.key))
}
