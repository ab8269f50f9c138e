//! A running API: the production server on a real socket and a database of its own.

use std::net::Ipv4Addr;

use api::{Config, Live, Metrics};
use reqwest::{Method, RequestBuilder, Response};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};
use serde_json::{Value, json};
use testkit::{Role, Tenant, TestDb};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// One API process, as far as a client can tell.
pub(crate) struct TestApi {
    pub(crate) db: TestDb,
    /// `http://127.0.0.1:<port>`.
    pub(crate) url: String,
    pub(crate) client: reqwest::Client,
    pub(crate) stop: CancellationToken,
    /// What is open in the process.
    pub(crate) live: Live,
    metrics: Metrics,
    server: Option<JoinHandle<()>>,
}

impl TestApi {
    pub(crate) async fn start() -> TestApi {
        TestApi::start_with(Config { graphiql: true, ..Config::default() }).await
    }

    pub(crate) async fn start_with(config: Config) -> TestApi {
        let db = TestDb::new().await;
        let pool = boot::pool::connect(&db.config(Role::Api, 8), "ctap-api").await.unwrap();
        TestApi::start_on(config, db, pool).await
    }

    /// With a pool of the test's own making.
    pub(crate) async fn start_on(config: Config, db: TestDb, pool: DatabaseConnection) -> TestApi {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", tcp.local_addr().unwrap());
        let listener_pool = db.listener_pool(Role::Api).await;
        let stop = CancellationToken::new();
        let metrics = Metrics::default();
        let live = metrics.live().clone();
        let serving = api::serve(config, metrics.clone(), pool, listener_pool, tcp, stop.clone());
        let server = tokio::spawn(async move { serving.await.unwrap() });
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        TestApi { db, url, client, stop, live, metrics, server: Some(server) }
    }

    /// The process's own figures, as Prometheus reads them.
    pub(crate) fn figures(&self) -> String {
        let mut registry = boot::metrics::Registry::default();
        self.metrics.register(&mut registry);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        text
    }

    /// A request with this tenant's key.
    pub(crate) fn request(&self, tenant: &Tenant, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).bearer_auth(&tenant.key)
    }

    /// A request without a key.
    pub(crate) fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub(crate) async fn get(&self, tenant: &Tenant, path: &str) -> Response {
        self.request(tenant, Method::GET, path).send().await.unwrap()
    }

    pub(crate) async fn post(&self, tenant: &Tenant, path: &str, body: &Value) -> Response {
        self.request(tenant, Method::POST, path).json(body).send().await.unwrap()
    }

    /// Submits an `echo` task over REST.
    pub(crate) async fn submit(&self, tenant: &Tenant) -> Value {
        let response = self.post(tenant, "/v1/tasks", &json!({"kind": "echo", "payload": {"n": 1}})).await;
        assert_eq!(response.status(), 202);
        response.json().await.unwrap()
    }

    /// Calls a task off, as another process would: without this one's help.
    pub(crate) async fn cancel(&self, tenant: &Tenant, task: &Value) {
        let tx = self.db.api.begin().await.unwrap();
        domain::task::cancel(&tx, &self.db.ids, &tenant.caller(), id_of(task), None).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Gives a cancelled task a new life, as another process would.
    pub(crate) async fn retry(&self, tenant: &Tenant, task: &Value) {
        let tx = self.db.api.begin().await.unwrap();
        domain::task::retry(&tx, &self.db.ids, &tenant.caller(), id_of(task), None).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Runs SQL as the owner of the schema.
    pub(crate) async fn run(&self, sql: &str) {
        self.db.owner.execute_unprepared(sql).await.unwrap();
    }

    /// Waits until a connection of the API waits for a lock.
    pub(crate) async fn somebody_waits_for_a_lock(&self) {
        testkit::until("a request waits for a lock", async || (self.waiting_for_locks().await > 0).then_some(())).await;
    }

    /// How many connections wait for a lock.
    pub(crate) async fn waiting_for_locks(&self) -> usize {
        let sql = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        self.db.owner.query_all_raw(statement(sql)).await.unwrap().len()
    }

    /// Tells the process to stop and waits until it has.
    pub(crate) async fn stopped(&mut self) {
        self.stop.cancel();
        self.server.take().unwrap().await.unwrap();
    }
}

impl Drop for TestApi {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A query without parameters.
pub(crate) fn statement(sql: &str) -> Statement {
    Statement::from_string(DbBackend::Postgres, sql)
}

/// The id in a task's JSON.
pub(crate) fn id_of(task: &Value) -> Uuid {
    task["id"].as_str().unwrap().parse().unwrap()
}

/// Checks that an answer is an RFC 9457 problem of this status and code, and returns its body.
pub(crate) async fn problem(response: Response, status: u16, code: &str) -> Value {
    assert_eq!(response.status(), status);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let request_id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body: Value = response.json().await.unwrap();
    assert_eq!((&body["status"], &body["code"]), (&json!(status), &json!(code)), "{body}");
    assert_eq!(body["instance"], format!("urn:ctap:request:{request_id}"));
    assert!(body["type"].as_str().unwrap().starts_with("urn:ctap:problem:"), "{body}");
    assert!(!body["title"].as_str().unwrap().is_empty() && !body["detail"].as_str().unwrap().is_empty(), "{body}");
    body
}

/// The pointers of the fields that a problem names.
pub(crate) fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().into_iter().flatten().map(|error| error["pointer"].as_str().unwrap()).collect()
}
