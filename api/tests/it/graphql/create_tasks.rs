//! Many submissions in one request.

use serde_json::{Value, json};

use super::{data, failure};
use crate::support::TestApi;
use crate::worker::Worker;

const CREATE: &str = "mutation($tasks: [CreateTaskInput!]!) { createTasks(input: {tasks: $tasks}) {
    tasks { id databaseId payload } auditLogIds userErrors { field message code } } }";

fn echo(n: usize) -> Value {
    json!({"kind": "echo", "payload": {"n": n}})
}

/// As a shop would send it.
fn call(n: usize) -> Value {
    let lines: Vec<_> = (0..6).map(|i| json!({"sku": format!("A-{i}"), "count": i, "price": 12.5})).collect();
    json!({"kind": "http", "queue": "orders", "reference": format!("order-{n}"), "idempotencyKey": format!("submit-order-{n}"),
           "payload": {"url": "https://shop.example/hooks/orders", "headers": {"content-type": "application/json"},
                       "body": {"order": n, "customer": {"name": "Ada", "mail": "ada@shop.example"}, "lines": lines,
                                "note": "x".repeat(2_000)}}})
}

#[tokio::test]
async fn a_thousand_tasks_are_one_request_and_a_repeat_of_it_makes_none() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let tasks: Vec<_> = (0..1_000).map(call).collect();
    let first = data(&api, &acme, CREATE, json!({"tasks": tasks})).await["createTasks"].clone();
    assert_eq!(first["userErrors"], json!([]));
    assert_eq!(first["auditLogIds"].as_array().unwrap().len(), 1_000);
    let made = first["tasks"].as_array().unwrap();
    let orders: Vec<_> = made.iter().map(|task| task["payload"]["body"]["order"].as_u64().unwrap()).collect();
    assert_eq!(orders, (0..1_000).collect::<Vec<_>>(), "in the order of the input");
    let again = data(&api, &acme, CREATE, json!({"tasks": tasks})).await["createTasks"].clone();
    assert_eq!((&again["tasks"], &again["auditLogIds"], &again["userErrors"]), (&first["tasks"], &json!([]), &json!([])));
    api.db.assert_invariants().await;
}

#[tokio::test]
async fn the_largest_payloads_fit_and_more_are_refused() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    // Every character of the payloads as an escape of six bytes would be too long for the body; as two bytes it is not.
    let large = json!({"kind": "echo", "payload": "\n".repeat(32_767)});
    let seen = data(&api, &acme, CREATE, json!({"tasks": vec![&large; 64]})).await["createTasks"].clone();
    assert_eq!((&seen["userErrors"], seen["tasks"].as_array().unwrap().len()), (&json!([]), 64));
    let seen = data(&api, &acme, CREATE, json!({"tasks": vec![&large; 65]})).await["createTasks"].clone();
    let error = json!([{"field": ["input", "tasks"], "code": "BAD_USER_INPUT",
                        "message": "tasks must have payloads of at most 4194304 bytes together"}]);
    assert_eq!((&seen["userErrors"], &seen["tasks"]), (&error, &Value::Null));
}

#[tokio::test]
async fn mistakes_name_their_index_and_nothing_is_made() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let errors = async |tasks: Vec<Value>| {
        let seen = data(&api, &acme, CREATE, json!({"tasks": tasks})).await["createTasks"].clone();
        assert_eq!((&seen["tasks"], &seen["auditLogIds"]), (&Value::Null, &json!([])));
        seen["userErrors"].as_array().unwrap().clone()
    };
    let mut tasks: Vec<_> = (0..20).map(echo).collect();
    tasks[17] = json!({"kind": "http", "payload": {"url": "ftp://x"}});
    let seen = errors(tasks).await;
    assert_eq!((seen.len(), &seen[0]["field"]), (1, &json!(["input", "tasks", "17", "payload", "url"])));
    assert!(seen[0]["message"].as_str().unwrap().starts_with("tasks.17.payload.url must "), "{seen:?}");

    let bad = json!({"kind": "echo", "payload": 1, "priority": 101});
    let seen = errors(vec![bad; 1_000]).await;
    assert_eq!((seen.len(), &seen[19]["field"]), (21, &json!(["input", "tasks", "19", "priority"])));
    assert_eq!((&seen[20]["field"], &seen[20]["message"]), (&json!(["input", "tasks"]), &json!("tasks: 980 more are not named")));

    for (count, tasks) in [(0, vec![]), (1_001, (0..1_001).map(echo).collect())] {
        let seen = errors(tasks).await;
        assert_eq!(
            (&seen[0]["field"], &seen[0]["message"]),
            (&json!(["input", "tasks"]), &json!("tasks must hold 1 to 1000 tasks")),
            "{count}"
        );
    }
    assert_eq!(data(&api, &acme, "{ tasks { edges { node { id } } } }", json!({})).await["tasks"]["edges"], json!([]));
}

#[tokio::test]
async fn a_used_key_or_reference_names_its_index_and_nothing_is_made() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let known = json!({"kind": "echo", "payload": 1, "idempotencyKey": "k", "reference": "r"});
    data(&api, &acme, CREATE, json!({"tasks": [known]})).await;
    let tasks =
        json!([echo(0), {"kind": "echo", "payload": 2, "idempotencyKey": "k"}, {"kind": "echo", "payload": 3, "reference": "r"}]);
    let seen = data(&api, &acme, CREATE, json!({"tasks": tasks})).await["createTasks"].clone();
    let expected = json!([
        {"field": ["input", "tasks", "1", "idempotencyKey"], "code": "IDEMPOTENCY_KEY_REUSED",
         "message": "tasks.1: the idempotency key was used with another request"},
        {"field": ["input", "tasks", "2", "reference"], "code": "REFERENCE_TAKEN", "message": "tasks.2: the reference is taken"},
    ]);
    assert_eq!((&seen["userErrors"], &seen["tasks"]), (&expected, &Value::Null));
    let listed = data(&api, &acme, "{ tasks { edges { node { id } } } }", json!({})).await;
    assert_eq!(listed["tasks"]["edges"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_batch_wakes_workers_and_subscribers_and_has_its_price() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let literal = "mutation { createTasks(input: {tasks: [{kind: \"echo\", payload: 1}, {kind: \"echo\", payload: 2}]}) {
        tasks { status kind queue priority payload version createdAt } userErrors { code } } }";
    let seen = data(&api, &acme, literal, json!({})).await["createTasks"].clone();
    assert_eq!(seen["tasks"][1]["payload"], 2);
    let worker = Worker::start(&api.db, &acme);
    assert_eq!(worker.claim_one().await.payload, json!(1));
    // What a thousand may be asked about themselves is less than what a few may.
    let everything =
        "mutation($tasks: [CreateTaskInput!]!) { createTasks(input: {tasks: $tasks}) { tasks { id databaseId status kind
        queue priority payload result attempt maxAttempts timeoutSeconds runAt createdAt updatedAt finishedAt version reference
        workerId error { code message } } auditLogIds userErrors { field message code } } }";
    data(&api, &acme, everything, json!({"tasks": (0..500).map(echo).collect::<Vec<_>>()})).await;
    let many = json!({"tasks": (0..1_000).map(echo).collect::<Vec<_>>()});
    assert_eq!(failure(&api, &acme, everything, many).await, "QUERY_TOO_COMPLEX");
}
