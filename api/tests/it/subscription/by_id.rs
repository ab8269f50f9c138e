//! One task: its present state first, then every version.

use serde_json::{Value, json};
use testkit::{Tenant, echo};
use uuid::Uuid;

use super::Socket;
use crate::graphql::data;
use crate::support::TestApi;
use crate::worker::Worker;

const WATCH: &str = "subscription($id: ID, $after: Cursor) { taskUpdated(id: $id, after: $after) {
    cursor version change { action seq statusBefore statusAfter } task { databaseId status version attempt } } }";

async fn operate(api: &TestApi, tenant: &Tenant, mutation: &str, id: Uuid) {
    let query = format!("mutation($id: ID!) {{ {mutation}(input: {{id: $id}}) {{ userErrors {{ message }} }} }}");
    assert_eq!(data(api, tenant, &query, json!({"id": id})).await[mutation]["userErrors"], json!([]));
}

/// Lives, each of seven transitions, by the worker and by operators; after the last the task is done.
async fn lives(api: &TestApi, tenant: &Tenant, worker: &Worker<'_>, id: Uuid, count: usize) {
    for _ in 0..count {
        worker.fail(&worker.claim_one().await, false).await;
        worker.fail(&worker.claim_one().await, true).await;
        operate(api, tenant, "retryTask", id).await;
        operate(api, tenant, "cancelTask", id).await;
        operate(api, tenant, "retryTask", id).await;
    }
    worker.complete(&worker.claim_one().await).await;
}

/// Reads changes up to the one that makes the task done.
async fn to_the_end(socket: &mut Socket) -> Vec<Value> {
    let mut changes = Vec::new();
    loop {
        let change = socket.change("1").await;
        let done = change["change"]["statusAfter"] == "DONE";
        changes.push(change);
        if done {
            return changes;
        }
    }
}

fn versions(changes: &[Value]) -> Vec<i64> {
    changes.iter().map(|c| c["version"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn the_present_state_comes_first_and_then_every_version() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let worker = Worker::start(&api.db, &acme);
    let id = api.db.submit(&acme, echo(1)).await.id;
    worker.fail(&worker.claim_one().await, false).await;
    let mut socket = Socket::connect(&api, &acme).await;
    socket.subscribe("1", WATCH, json!({"id": id})).await;
    let first = socket.change("1").await;
    let change = json!({"action": "TASK_RETRY_SCHEDULED", "seq": 3, "statusBefore": "RUNNING", "statusAfter": "PENDING"});
    assert_eq!((&first["version"], &first["change"]), (&json!(3), &change));
    assert_eq!(first["task"], json!({"databaseId": id, "status": "PENDING", "version": 3, "attempt": 1}));
    lives(&api, &acme, &worker, id, 5).await;
    let rest = to_the_end(&mut socket).await;
    assert_eq!(versions(&rest), (4..=40).collect::<Vec<_>>());
    for change in &rest {
        assert_eq!(change["version"], change["change"]["seq"]);
        assert!(change["task"]["version"].as_i64() >= change["version"].as_i64(), "{change}");
    }
    assert!(socket.is_silent().await);
}

#[tokio::test]
async fn nothing_is_missed_between_the_present_state_and_the_first_version() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let worker = Worker::start(&api.db, &acme);
    let id = api.db.submit(&acme, echo(1)).await.id;
    let watchers = async {
        // They arrive one after the other while the task is changing.
        let mut seen = Vec::new();
        for _ in 0..8 {
            let mut socket = Socket::connect(&api, &acme).await;
            socket.subscribe("1", WATCH, json!({"id": id})).await;
            let first = socket.change("1").await;
            seen.push((socket, first));
        }
        seen
    };
    let (seen, ()) = tokio::join!(watchers, lives(&api, &acme, &worker, id, 8));
    for (mut socket, first) in seen {
        let mut changes = vec![first];
        if changes[0]["change"]["statusAfter"] != "DONE" {
            changes.extend(to_the_end(&mut socket).await);
        }
        let from = changes[0]["version"].as_i64().unwrap();
        assert_eq!(versions(&changes), (from..=59).collect::<Vec<_>>());
    }
    api.db.assert_invariants().await;
}

#[tokio::test]
async fn a_dropped_stream_is_resumed_without_loss() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let worker = Worker::start(&api.db, &acme);
    let id = api.db.submit(&acme, echo(1)).await.id;
    let client = async {
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        // A new socket for every three changes.
        loop {
            let mut socket = Socket::connect(&api, &acme).await;
            socket.subscribe("1", WATCH, json!({"id": id, "after": after})).await;
            for _ in 0..3 {
                let change = socket.change("1").await;
                after = change["cursor"].clone();
                seen.push(change.clone());
                if change["change"]["statusAfter"] == "DONE" {
                    return seen;
                }
            }
        }
    };
    let (seen, ()) = tokio::join!(client, lives(&api, &acme, &worker, id, 5));
    let from = seen[0]["version"].as_i64().unwrap();
    assert_eq!(versions(&seen), (from..=38).collect::<Vec<_>>());
}
