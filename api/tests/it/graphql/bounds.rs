//! Answers are bounded in bytes, however much is stored.

use serde_json::{Value, json};
use testkit::{Tenant, echo};

use super::{data, failure};
use crate::support::TestApi;
use crate::worker::Worker;

/// Of a payload, and of a result.
const BYTES: usize = 65_536;
/// Payloads that fit into a page of 4 MiB.
const FIT: usize = 4 * 1024 * 1024 / BYTES;

const PAGE: &str = "query($first: Int, $after: Cursor, $last: Int, $before: Cursor) {
    tasks(first: $first, after: $after, last: $last, before: $before) {
        edges { node { id ...P } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }
    fragment P on Task { p: payload }";

fn payload() -> Value {
    json!("x".repeat(BYTES - 2))
}

async fn large(count: usize) -> (TestApi, Tenant) {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    api.db.finished_tasks(&acme, count, &payload()).await;
    (api, acme)
}

fn ids(page: &Value) -> Vec<&Value> {
    page["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]["id"]).collect()
}

#[tokio::test]
async fn a_page_ends_where_it_would_be_too_long_and_the_next_one_goes_on() {
    let (api, acme) = large(100).await;
    let all = data(&api, &acme, "{ tasks(first: 100) { edges { node { id } } } }", json!({})).await["tasks"].clone();
    let all = ids(&all);
    let first = data(&api, &acme, PAGE, json!({"first": 100})).await["tasks"].clone();
    assert_eq!(ids(&first), all[..FIT]);
    assert_eq!(first["edges"][0]["node"]["p"], payload());
    assert_eq!((&first["pageInfo"]["hasNextPage"], &first["pageInfo"]["hasPreviousPage"]), (&json!(true), &json!(false)));
    let after = &first["pageInfo"]["endCursor"];
    let second = data(&api, &acme, PAGE, json!({"first": 100, "after": after})).await["tasks"].clone();
    assert_eq!(ids(&second), all[FIT..]);
    assert_eq!((&second["pageInfo"]["hasNextPage"], &second["pageInfo"]["hasPreviousPage"]), (&json!(false), &json!(true)));
    let last = data(&api, &acme, PAGE, json!({"last": 100})).await["tasks"].clone();
    assert_eq!(ids(&last), all[100 - FIT..]);
    assert_eq!((&last["pageInfo"]["hasNextPage"], &last["pageInfo"]["hasPreviousPage"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn an_answer_that_would_be_too_long_is_refused() {
    let (api, acme) = large(68).await;
    let edges = |fields: &str| format!("edges {{ node {{ {fields} }} }}");
    // Two pages fit, a third does not; what is read once may be answered twice, and not three times.
    let list = |fields: &str| format!("tasks(first: 62) {{ {} }}", edges(fields));
    for (query, fits) in [
        (format!("{{ a: {0} b: {0} }}", list("payload")), true),
        (format!("{{ a: {0} b: {0} c: {0} }}", list("payload")), false),
        (format!("{{ {} }}", list("a: payload b: payload")), true),
        (format!("{{ {} }}", list("a: payload b: payload c: payload")), false),
    ] {
        if fits {
            data(&api, &acme, &query, json!({})).await;
        } else {
            assert_eq!(failure(&api, &acme, &query, json!({})).await, "ANSWER_TOO_LARGE", "{query}");
        }
    }
    // By whatever way the tasks are found.
    let listed = data(&api, &acme, "{ tasks(first: 100) { edges { node { id } } } }", json!({})).await;
    let ids: Vec<_> = ids(&listed["tasks"]).into_iter().cloned().collect();
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Task { payload result } } }";
    assert_eq!(failure(&api, &acme, nodes, json!({"ids": ids})).await, "ANSWER_TOO_LARGE");
    let few = data(&api, &acme, nodes, json!({"ids": ids[..50]})).await;
    assert_eq!(few["nodes"].as_array().unwrap().len(), 50);
    assert_eq!(few["nodes"][0]["result"], few["nodes"][0]["payload"]);
}

#[tokio::test]
async fn each_event_of_a_stream_is_an_answer_of_its_own_and_reads_what_is_asked_for() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let worker = Worker::start(&api.db, &acme);
    let payload = payload();
    let id = api.db.submit(&acme, testkit::new_task("echo", payload.clone())).await.id;
    let mut socket = crate::subscription::Socket::connect(&api, &acme).await;
    let aliases = (0..30).fold(String::new(), |text, n| format!("{text} p{n}: payload"));
    let query = format!("subscription($id: ID!) {{ taskUpdated(id: $id) {{ task {{ status result {aliases} }} }} }}");
    socket.subscribe("1", &query, json!({"id": id})).await;
    let mut task = socket.change("1").await["task"].clone();
    for _ in 0..3 {
        assert_eq!((&task["p29"], &task["result"]), (&payload, &Value::Null));
        worker.fail(&worker.claim_one().await, false).await;
        socket.change("1").await;
        task = socket.change("1").await["task"].clone();
    }
    let claimed = worker.claim_one().await;
    socket.change("1").await;
    worker.complete(&claimed).await;
    let task = socket.change("1").await["task"].clone();
    assert_eq!((&task["status"], &task["result"]), (&json!("DONE"), &json!({"ok": true})));
}

#[tokio::test]
async fn a_name_that_a_library_gives_a_meaning_comes_back_as_it_was_sent() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let create =
        "mutation($p: JSON!) { createTask(input: {kind: \"echo\", payload: $p}) { task { id payload } userErrors { message } } }";
    for payload in [
        json!({"$serde_json::private::RawValue": "no JSON"}),
        json!({"$serde_json::private::RawValue": "[1]"}),
        json!([{"$serde_json::private::RawValue": 1, "longer than any name of a library": " a \\ \" "}]),
    ] {
        let (_, text) = text(&api, &acme, create, json!({"p": payload})).await;
        let answered = &text[text.find("\"payload\":").unwrap() + 10..text.find("},\"userErrors\"").unwrap()];
        assert_eq!(answered, payload.to_string());
        let listed = api.get(&acme, "/v1/tasks?limit=1").await.text().await.unwrap();
        assert!(listed.contains(&format!("\"payload\":{payload},")), "{listed}");
    }
    api.db.submit(&acme, echo(1)).await;
}

async fn text(api: &TestApi, tenant: &Tenant, query: &str, variables: Value) -> (u16, String) {
    let body = json!({"query": query, "variables": variables});
    let response = api.post(tenant, "/graphql", &body).await;
    (response.status().as_u16(), response.text().await.unwrap())
}
