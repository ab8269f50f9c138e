//! How the process ends, and what becomes of requests meanwhile.

use std::time::Duration;

use reqwest::Method;
use sea_orm::TransactionTrait;
use serde_json::{Value, json};
use testkit::until;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{TestApi, id_of};

#[tokio::test]
async fn an_idle_process_stops_and_takes_no_more_connections() {
    let mut api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    // Leaves an idle connection behind, which must not hold up the stop.
    api.submit(&acme).await;
    api.stopped().await;
    let address = api.url.strip_prefix("http://").unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_connection_that_was_never_used_does_not_hold_up_the_stop() {
    let mut api = TestApi::start().await;
    let unused = TcpStream::connect(api.url.strip_prefix("http://").unwrap()).await.unwrap();
    // Answered on a later connection, so the first one was accepted.
    api.anonymous(Method::GET, "/health/live").send().await.unwrap();
    timeout(Duration::from_secs(5), api.stopped()).await.expect("waited for a request that nobody sends");
    drop(unused);
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_end() {
    let mut api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let mut new = testkit::echo(1);
    new.idempotency_key = Some("k".into());
    // Holds the key: a request with the same one waits for this transaction.
    let tx = api.db.api.begin().await.unwrap();
    let first = domain::task::create(&tx, &api.db.ids, &acme.caller(), new.validate().unwrap()).await.unwrap().task;
    let body = json!({"kind": "echo", "payload": {"n": 1}, "idempotencyKey": "k"});
    let request = tokio::spawn(api.request(&acme, Method::POST, "/v1/tasks").json(&body).send());
    api.somebody_waits_for_a_lock().await;
    api.stop.cancel();
    tx.commit().await.unwrap();
    let answer = request.await.unwrap().unwrap();
    assert_eq!(answer.status(), 202);
    assert_eq!(id_of(&answer.json::<Value>().await.unwrap()), first.id);
    api.stopped().await;
}

#[tokio::test]
async fn a_write_goes_on_when_its_client_is_gone() {
    let mut api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let mut new = testkit::echo(1);
    new.idempotency_key = Some("k".into());
    let tx = api.db.api.begin().await.unwrap();
    domain::task::create(&tx, &api.db.ids, &acme.caller(), new.validate().unwrap()).await.unwrap();
    let body = json!({"kind": "echo", "payload": {"n": 2}, "idempotencyKey": "k"});
    let request = tokio::spawn(api.request(&acme, Method::POST, "/v1/tasks").json(&body).send());
    api.somebody_waits_for_a_lock().await;
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    tx.rollback().await.unwrap();
    let filter = domain::task::Filter::default();
    let page = domain::task::Page { limit: 10, ..Default::default() };
    let tasks = until("the task is there", async || {
        let tasks = domain::task::list(&api.db.api, acme.id, &filter, page).await.unwrap();
        (!tasks.is_empty()).then_some(tasks)
    })
    .await;
    assert_eq!(tasks.len(), 1);
    assert_eq!(api.db.task(&acme, tasks[0].id).await.payload, json!({"n": 2}));
    api.stopped().await;
    api.db.assert_invariants().await;
}

#[tokio::test]
async fn health_says_when_the_schema_is_behind() {
    let api = TestApi::start().await;
    let ready = api.anonymous(Method::GET, "/health/ready").send().await.unwrap();
    assert_eq!(ready.status(), 200);
    api.run("ALTER TABLE seaql_migrations RENAME TO seaql_migrations_away").await;
    let unready = until("the check is asked again", async || {
        let answer = api.anonymous(Method::GET, "/health/ready").send().await.unwrap();
        (answer.status() == 503).then_some(answer)
    })
    .await;
    let body: Value = unready.json().await.unwrap();
    assert_eq!(body["status"], "unavailable");
    assert!(!body.to_string().contains("seaql"), "{body}");
    let live = api.anonymous(Method::GET, "/health/live").send().await.unwrap();
    assert_eq!(live.status(), 200);
}
