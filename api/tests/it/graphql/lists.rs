//! Connections: every row once, in order, whatever the size of the page.

use serde_json::{Value, json};
use testkit::{Tenant, echo, sleep};

use super::{data, failure};
use crate::support::TestApi;
use crate::worker::Worker;

const TASKS: &str =
    "query($filter: TaskFilter, $first: Int, $after: Cursor) { tasks(filter: $filter, first: $first, after: $after) {
    edges { cursor node { databaseId status } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";
const AUDIT: &str = "query($filter: AuditLogFilter, $first: Int, $after: Cursor) {
    auditLogs(filter: $filter, first: $first, after: $after) {
    edges { cursor node { databaseId action taskId timestamp actor } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

/// All pages of a list; checks the page information on the way.
async fn pages(api: &TestApi, tenant: &Tenant, query: &str, list: &str, filter: Value, first: usize) -> Vec<Value> {
    let (mut rows, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = data(api, tenant, query, json!({"filter": filter, "first": first, "after": after})).await[list].clone();
        let (edges, info) = (page["edges"].as_array().unwrap(), &page["pageInfo"]);
        assert_eq!(info["hasPreviousPage"], json!(!after.is_null()));
        assert_eq!(info["startCursor"], edges.first().map_or(Value::Null, |e| e["cursor"].clone()));
        assert_eq!(info["endCursor"], edges.last().map_or(Value::Null, |e| e["cursor"].clone()));
        rows.extend(edges.iter().map(|edge| edge["node"].clone()));
        if info["hasNextPage"] == false {
            return rows;
        }
        assert_eq!(edges.len(), first);
        after = info["endCursor"].clone();
    }
}

fn column(rows: &[Value], name: &str) -> Vec<String> {
    rows.iter().map(|row| row[name].as_str().unwrap_or("-").to_owned()).collect()
}

#[tokio::test]
async fn tasks_are_paged_newest_first_without_loss() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let mut expected = Vec::new();
    // Fast enough for many to share a millisecond.
    for n in 0..23 {
        expected.insert(0, api.db.submit(&acme, echo(n)).await.id.to_string());
    }
    for first in [1, 7, 23, 100] {
        let rows = pages(&api, &acme, TASKS, "tasks", json!({}), first).await;
        assert_eq!(column(&rows, "databaseId"), expected, "pages of {first}");
    }
    let default = data(&api, &acme, TASKS, json!({})).await;
    assert_eq!(default["tasks"]["edges"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn tasks_are_filtered_by_status_kind_and_queue() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let worker = Worker::start(&api.db, &acme);
    let done = api.db.submit(&acme, echo(1)).await.id;
    worker.complete(&worker.claim_one().await).await;
    let failed = api.db.submit(&acme, echo(1)).await.id;
    worker.fail(&worker.claim_one().await, true).await;
    let running = api.db.submit(&acme, echo(1)).await.id;
    worker.claim_one().await;
    let slow = api.db.submit(&acme, domain::task::NewTask { queue: Some("slow".into()), ..sleep(1) }).await.id;
    let pending = api.db.submit(&acme, echo(1)).await.id;

    for (filter, expected) in [
        (json!({"status": ["DONE"]}), vec![done]),
        (json!({"status": ["FAILED"]}), vec![failed]),
        (json!({"status": ["RUNNING"]}), vec![running]),
        (json!({"status": ["PENDING"]}), vec![pending, slow]),
        (json!({"status": ["RUNNING", "DONE", "DONE"]}), vec![running, done]),
        (json!({"status": []}), vec![pending, slow, running, failed, done]),
        (json!({"status": ["CANCELLED"]}), vec![]),
        (json!({"kind": "sleep"}), vec![slow]),
        (json!({"queue": "slow"}), vec![slow]),
        (json!({"queue": "slow", "kind": "echo"}), vec![]),
        (json!({"queue": "%"}), vec![]),
        (json!({"status": ["PENDING"], "queue": "default", "kind": "echo"}), vec![pending]),
    ] {
        let rows = pages(&api, &acme, TASKS, "tasks", filter.clone(), 1).await;
        let expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(column(&rows, "databaseId"), expected, "{filter}");
    }
}

#[tokio::test]
async fn the_trail_is_filtered_by_task_action_actor_and_time() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let worker = Worker::start(&api.db, &acme);
    let first = api.db.submit(&acme, echo(1)).await.id;
    worker.complete(&worker.claim_one().await).await;
    let second = api.db.submit(&acme, echo(2)).await.id;
    worker.complete(&worker.claim_one().await).await;

    let all = pages(&api, &acme, AUDIT, "auditLogs", json!({}), 2).await;
    let of_task = ["TASK_COMPLETED", "TASK_STARTED", "TASK_CREATED"];
    assert_eq!(column(&all, "action")[..6], [of_task, of_task].concat());
    assert_eq!(column(&all, "action").len(), 9, "the tenant, its user and its key came first: {all:?}");
    let user = format!("user:{}", acme.user_id);
    let middle = &all[3]["timestamp"];
    for (filter, expected) in [
        (json!({"taskId": first}), 3),
        (json!({"taskId": all[0]["taskId"]}), 3),
        (json!({"action": ["TASK_CREATED", "TASK_STARTED"]}), 4),
        (json!({"action": ["TASK_CREATED"], "taskId": second}), 1),
        (json!({"actor": user}), 2),
        (json!({"actor": "worker:w1"}), 4),
        (json!({"actor": "worker:%"}), 0),
        (json!({"from": middle}), 4),
        (json!({"until": middle, "action": ["TASK_CREATED", "TASK_STARTED", "TASK_COMPLETED"]}), 2),
        (json!({"from": "2000-01-01T00:00:00Z", "until": "2000-01-02T00:00:00Z"}), 0),
        (json!({"from": "0000-01-01T00:00:00Z", "until": "9999-12-31T23:59:59Z"}), 9),
    ] {
        let rows = pages(&api, &acme, AUDIT, "auditLogs", filter.clone(), 2).await;
        assert_eq!(rows.len(), expected, "{filter}: {rows:?}");
    }
}

#[tokio::test]
async fn the_trail_of_a_task_is_paged_oldest_first() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let worker = Worker::start(&api.db, &acme);
    let id = api.db.submit(&acme, domain::task::NewTask { max_attempts: Some(5), ..echo(1) }).await.id;
    for _ in 0..4 {
        worker.fail(&worker.claim_one().await, false).await;
    }
    let query = "query($id: ID!, $after: Cursor) { task(id: $id) { auditLogs(first: 4, after: $after) {
        edges { node { seq } } pageInfo { hasNextPage endCursor } } } }";
    let (mut seqs, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = data(&api, &acme, query, json!({"id": id, "after": after})).await["task"]["auditLogs"].clone();
        seqs.extend(page["edges"].as_array().unwrap().iter().map(|e| e["node"]["seq"].as_i64().unwrap()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seqs, (1..=9).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let api = TestApi::start().await;
    let (acme, other) = (api.db.tenant("acme").await, api.db.tenant("other").await);
    api.db.submit(&acme, echo(1)).await;
    let page = data(&api, &acme, TASKS, json!({"filter": {"kind": "echo"}})).await;
    let cursor = &page["tasks"]["pageInfo"]["endCursor"];
    let text = cursor.as_str().unwrap();
    // The same filter in other words.
    data(&api, &acme, TASKS, json!({"filter": {"kind": "echo", "status": [], "queue": null}, "after": cursor})).await;
    for (tenant, query, variables) in [
        (&acme, TASKS, json!({"after": cursor})),
        (&acme, TASKS, json!({"filter": {"kind": "sleep"}, "after": cursor})),
        (&other, TASKS, json!({"filter": {"kind": "echo"}, "after": cursor})),
        (&acme, AUDIT, json!({"after": cursor})),
        (&acme, TASKS, json!({"filter": {"kind": "echo"}, "after": text.replace(&text[..4], "AAAA")})),
        (&acme, TASKS, json!({"filter": {"kind": "echo"}, "after": &text[1..]})),
        (&acme, TASKS, json!({"filter": {"kind": "echo"}, "after": ""})),
        (&acme, TASKS, json!({"filter": {"kind": "echo"}, "after": "x".repeat(1_000_000)})),
    ] {
        assert_eq!(failure(&api, tenant, query, variables.clone()).await, "INVALID_CURSOR");
    }
}
