//! All changes that concern a filter, in commit order.

use std::collections::BTreeMap;

use domain::task::NewTask;
use serde_json::{Value, json};
use testkit::{echo, sleep};

use super::Socket;
use crate::graphql::data;
use crate::support::TestApi;
use crate::worker::Worker;

const FOLLOW: &str = "subscription($filter: TaskFilter, $after: Cursor) { taskUpdated(filter: $filter, after: $after) {
    cursor version change { action statusBefore statusAfter } task { databaseId kind queue status } } }";
const CREATE: &str = "mutation($kind: String!, $payload: JSON!, $queue: String) {
    createTask(input: {kind: $kind, payload: $payload, queue: $queue}) { task { databaseId } userErrors { message } } }";

fn actions(changes: &[Value]) -> Vec<&str> {
    changes.iter().map(|c| c["change"]["action"].as_str().unwrap()).collect()
}

async fn changes(socket: &mut Socket, count: usize) -> Vec<Value> {
    let mut changes = Vec::new();
    while changes.len() < count {
        changes.push(socket.change("1").await);
    }
    changes
}

/// The cursor from which a client follows: taken before a list is read.
async fn live_cursor(api: &TestApi, tenant: &testkit::Tenant, filter: &Value) -> Value {
    let query =
        "query($filter: TaskFilter) { tasks(filter: $filter, first: 1) { ...L } } fragment L on TaskConnection { liveCursor }";
    data(api, tenant, query, json!({"filter": filter})).await["tasks"]["liveCursor"].clone()
}

#[tokio::test]
async fn a_change_is_delivered_when_the_task_matched_before_or_after_it() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let worker = Worker::start(&api.db, &acme);
    let filter = json!({"status": {"eq": "FAILED"}});
    let after = live_cursor(&api, &acme, &filter).await;
    let mut socket = Socket::connect(&api, &acme).await;
    socket.subscribe("1", FOLLOW, json!({"filter": filter, "after": after})).await;
    let id = api.db.submit(&acme, echo(1)).await.id;
    worker.fail(&worker.claim_one().await, true).await;
    data(&api, &acme, "mutation($id: ID!) { retryTask(input: {id: $id}) { task { id } } }", json!({"id": id})).await;
    data(&api, &acme, "mutation($id: ID!) { cancelTask(input: {id: $id}) { task { id } } }", json!({"id": id})).await;
    let seen = changes(&mut socket, 2).await;
    assert_eq!(actions(&seen), ["TASK_FAILED", "TASK_RETRIED"]);
    assert_eq!(seen[1]["change"], json!({"action": "TASK_RETRIED", "statusBefore": "FAILED", "statusAfter": "PENDING"}));
    assert!(socket.is_silent().await);
}

#[tokio::test]
async fn kind_and_queue_are_filtered_and_an_empty_filter_means_everything() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let cursor = live_cursor(&api, &acme, &json!({})).await;
    let mut everything = Socket::connect(&api, &acme).await;
    everything.subscribe("1", FOLLOW, json!({"filter": {}, "after": cursor})).await;
    let mut slow_echos = Socket::connect(&api, &acme).await;
    slow_echos.subscribe("1", FOLLOW, json!({"filter": {"queue": {"eq": "slow"}, "kind": {"in": ["echo"]}}})).await;
    // Without a cursor a stream begins when the server reads it first, so wait until it does.
    let probe = json!({"kind": "echo", "payload": 0, "queue": "slow"});
    testkit::until("the stream begins", async || {
        data(&api, &acme, CREATE, probe.clone()).await;
        (!slow_echos.is_silent().await).then_some(())
    })
    .await;
    let wanted = api.db.submit(&acme, NewTask { queue: Some("slow".into()), ..echo(1) }).await.id;
    api.db.submit(&acme, NewTask { queue: Some("slow".into()), ..sleep(1) }).await;
    api.db.submit(&acme, echo(1)).await;
    let last = data(&api, &acme, CREATE, probe.clone()).await["createTask"]["task"]["databaseId"].clone();
    let mut seen = Vec::new();
    while seen.last() != Some(&last) {
        let change = slow_echos.change("1").await;
        assert_eq!((&change["task"]["kind"], &change["task"]["queue"]), (&json!("echo"), &json!("slow")));
        seen.push(change["task"]["databaseId"].clone());
    }
    assert!(seen.contains(&json!(wanted)));
    let tasks = data(&api, &acme, "{ tasks(first: 100) { edges { node { databaseId } } } }", json!({})).await;
    let tasks = tasks["tasks"]["edges"].as_array().unwrap().iter().rev().map(|e| e["node"]["databaseId"].clone());
    let all = changes(&mut everything, tasks.len()).await;
    assert_eq!(all.iter().map(|c| c["task"]["databaseId"].clone()).collect::<Vec<_>>(), tasks.collect::<Vec<_>>());
}

#[tokio::test]
async fn what_happens_between_the_list_and_the_stream_is_not_missed() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let worker = Worker::start(&api.db, &acme);
    let filter = json!({"kind": {"eq": "echo"}});
    let after = live_cursor(&api, &acme, &filter).await;
    for n in 0..5 {
        api.db.submit(&acme, echo(n)).await;
        worker.complete(&worker.claim_one().await).await;
    }
    let mut socket = Socket::connect(&api, &acme).await;
    socket.subscribe("1", FOLLOW, json!({"filter": filter, "after": after})).await;
    let seen = changes(&mut socket, 15).await;
    assert_eq!(actions(&seen), ["TASK_CREATED", "TASK_STARTED", "TASK_COMPLETED"].repeat(5));
}

#[tokio::test]
async fn a_dropped_stream_is_resumed_without_loss() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let worker = Worker::start(&api.db, &acme);
    const TASKS: i64 = 15;
    let mut after = live_cursor(&api, &acme, &json!({})).await;
    let busy = async {
        for n in 0..TASKS {
            api.db.submit(&acme, echo(n)).await;
            worker.fail(&worker.claim_one().await, false).await;
            worker.complete(&worker.claim_one().await).await;
        }
    };
    let client = async {
        let mut seen = BTreeMap::<String, Vec<i64>>::new();
        let (mut done, mut sockets) = (0, 0);
        while done < TASKS {
            let mut socket = Socket::connect(&api, &acme).await;
            sockets += 1;
            socket.subscribe("1", FOLLOW, json!({"filter": {}, "after": after})).await;
            for _ in 0..10 {
                let change = socket.change("1").await;
                after = change["cursor"].clone();
                let versions = seen.entry(change["task"]["databaseId"].to_string()).or_default();
                let version = change["version"].as_i64().unwrap();
                // A resumed stream may repeat.
                if versions.last().is_none_or(|last| *last < version) {
                    versions.push(version);
                    done += i64::from(change["change"]["statusAfter"] == "DONE");
                }
                if done == TASKS {
                    break;
                }
            }
        }
        (seen, sockets)
    };
    let ((seen, sockets), ()) = tokio::join!(client, busy);
    assert!(sockets > 3, "{sockets}");
    assert_eq!(seen.len(), usize::try_from(TASKS).unwrap());
    assert!(seen.values().all(|versions| *versions == [1, 2, 3, 4, 5]), "{seen:?}");
}
