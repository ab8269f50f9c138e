//! What takes too long is given up and said so, whichever way it came; the write itself goes on.

use std::time::Duration;

use api::Config;
use api::config::Patience;
use reqwest::Method;
use sea_orm::TransactionTrait;
use serde_json::{Value, json};
use testkit::until;

use crate::subscription::Socket;
use crate::support::{TestApi, problem};

const CREATE: &str = r#"mutation { createTask(input: {kind: "echo", payload: {n: 2}, idempotencyKey: "k"}) { task { id } } }"#;

#[tokio::test]
async fn a_write_that_waits_too_long_is_given_up_over_rest_graphql_events_and_websocket() {
    let patience = Patience { answer: Duration::from_millis(500), ..Patience::default() };
    let mut api = TestApi::start_with(Config { patience, ..Config::default() }).await;
    let acme = api.db.tenant("acme").await;
    let mut new = testkit::echo(1);
    new.idempotency_key = Some("k".into());
    let tx = api.db.api.begin().await.unwrap();
    domain::task::create(&tx, &api.db.ids, &acme.caller(), new.validate().unwrap()).await.unwrap();

    let mut socket = Socket::connect(&api, &acme).await;
    let body = json!({"query": CREATE});
    let graphql = |accept: &str| api.request(&acme, Method::POST, "/graphql").header("accept", accept).json(&body).send();
    let task = json!({"kind": "echo", "payload": {"n": 2}, "idempotencyKey": "k"});
    let over_socket = async {
        socket.subscribe("1", CREATE, json!({})).await;
        socket.refusal("1").await
    };
    let (rest, plain, events, over_socket) =
        tokio::join!(api.post(&acme, "/v1/tasks", &task), graphql("application/json"), graphql("text/event-stream"), over_socket);
    problem(rest, 503, "UNAVAILABLE").await;
    let plain = plain.unwrap();
    assert_eq!((plain.status().as_u16(), &plain.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    let plain: Value = plain.json().await.unwrap();
    assert_eq!(plain["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{plain}");
    let events = events.unwrap().text().await.unwrap();
    assert!(events.contains(r#""code":"UNAVAILABLE""#) && events.ends_with("event: complete\ndata: \n\n"), "{events}");
    assert_eq!(over_socket, "UNAVAILABLE");
    // A failure of ours, and no client that has gone.
    let figures = api.figures();
    for (transport, operation) in
        [("rest", "POST /v1/tasks"), ("http", "mutation"), ("sse", "mutation"), ("websocket", "mutation")]
    {
        let labels = format!(r#"{{transport="{transport}",operation="{operation}",outcome="error"}} 1"#);
        assert!(figures.contains(&labels), "{labels}: {figures}");
    }
    assert!(!figures.contains("gone"), "{figures}");

    tx.rollback().await.unwrap();
    until("one of the writes has its task", async || {
        let page: Value = api.get(&acme, "/v1/tasks").await.json().await.unwrap();
        (page["items"].as_array().unwrap().len() == 1).then_some(())
    })
    .await;
    drop(socket);
    api.stopped().await;
    api.db.assert_invariants().await;
}
