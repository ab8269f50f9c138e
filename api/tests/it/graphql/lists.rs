//! Connections: every row once, in order, whatever the size of the page.

use serde_json::{Value, json};
use testkit::{Tenant, echo};

use super::{data, failure};
use crate::support::TestApi;
use crate::worker::Worker;

pub(super) const TASKS: &str =
    "query($filter: TaskFilter, $orderBy: TaskOrder, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
    tasks(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { databaseId status } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";
pub(super) const AUDIT: &str =
    "query($filter: AuditLogFilter, $orderBy: AuditLogOrder, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
    auditLogs(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { databaseId action taskId timestamp actor } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

/// All pages of a list from its beginning to its end; checks the page information on the way, and that the way back, from
/// the end to the beginning, shows the same.
pub(super) async fn pages(api: &TestApi, tenant: &Tenant, query: &str, list: &str, list_of: Value, rows: usize) -> Vec<Value> {
    let forward = walk(api, tenant, query, list, &list_of, rows, false).await;
    assert_eq!(walk(api, tenant, query, list, &list_of, rows, true).await, forward, "{list_of} by {rows}");
    forward
}

async fn walk(api: &TestApi, tenant: &Tenant, query: &str, list: &str, list_of: &Value, rows: usize, back: bool) -> Vec<Value> {
    let (size, cursor, ahead, behind, next) = match back {
        false => ("first", "after", "hasNextPage", "hasPreviousPage", "endCursor"),
        true => ("last", "before", "hasPreviousPage", "hasNextPage", "startCursor"),
    };
    let (mut all, mut variables) = (Vec::new(), list_of.clone());
    variables[size] = json!(rows);
    loop {
        let page = data(api, tenant, query, variables.clone()).await[list].clone();
        let (edges, info) = (page["edges"].as_array().unwrap(), &page["pageInfo"]);
        assert_eq!(info[behind], json!(!variables[cursor].is_null()));
        assert_eq!(info["startCursor"], edges.first().map_or(Value::Null, |e| e["cursor"].clone()));
        assert_eq!(info["endCursor"], edges.last().map_or(Value::Null, |e| e["cursor"].clone()));
        let nodes: Vec<_> = edges.iter().map(|edge| edge["node"].clone()).collect();
        let place = if back { 0 } else { all.len() };
        all.splice(place..place, nodes);
        if info[ahead] == false {
            // Each page of the trail adds a row to it: that it was read.
            all.retain(|node| node["action"] != "AUDIT_READ");
            return all;
        }
        assert_eq!(edges.len(), rows);
        variables[cursor] = info[next].clone();
    }
}

pub(super) fn column(rows: &[Value], name: &str) -> Vec<String> {
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
        let oldest_first = json!({"orderBy": {"field": "CREATED_AT", "direction": "ASC"}});
        let rows = pages(&api, &acme, TASKS, "tasks", oldest_first, first).await;
        assert!(column(&rows, "databaseId").iter().eq(expected.iter().rev()), "pages of {first}, oldest first");
    }
    let default = data(&api, &acme, TASKS, json!({})).await;
    assert_eq!(default["tasks"]["edges"].as_array().unwrap().len(), 20);
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
    let query = "query($id: ID!, $after: Cursor) { task(by: {id: $id}) { auditLogs(first: 4, after: $after) {
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
    let newest = "query($id: ID!, $before: Cursor) { task(by: {id: $id}) { auditLogs(last: 2, before: $before) {
        edges { node { seq } } pageInfo { hasNextPage hasPreviousPage startCursor } } } }";
    let page = data(&api, &acme, newest, json!({"id": id})).await["task"]["auditLogs"].clone();
    assert_eq!(page["edges"], json!([{"node": {"seq": 8}}, {"node": {"seq": 9}}]));
    assert_eq!((&page["pageInfo"]["hasNextPage"], &page["pageInfo"]["hasPreviousPage"]), (&json!(false), &json!(true)));
    let before = &page["pageInfo"]["startCursor"];
    let page = data(&api, &acme, newest, json!({"id": id, "before": before})).await["task"]["auditLogs"].clone();
    assert_eq!(page["edges"], json!([{"node": {"seq": 6}}, {"node": {"seq": 7}}]));
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
}

#[tokio::test]
async fn a_page_may_lie_between_two_cursors() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    for n in 0..6 {
        api.db.submit(&acme, echo(n)).await;
    }
    let all = data(&api, &acme, TASKS, json!({})).await["tasks"]["edges"].clone();
    let (after, before) = (&all[0]["cursor"], &all[5]["cursor"]);
    for (size, expected, previous, next) in [("first", 1..3, true, true), ("last", 3..5, true, true)] {
        let page = data(&api, &acme, TASKS, json!({"after": after, "before": before, size: 2})).await["tasks"].clone();
        assert_eq!(page["edges"].as_array().unwrap(), &all.as_array().unwrap()[expected], "{size}");
        assert_eq!(page["pageInfo"]["hasPreviousPage"], previous);
        assert_eq!(page["pageInfo"]["hasNextPage"], next);
    }
    let both = failure(&api, &acme, TASKS, json!({"first": 1, "last": 1})).await;
    assert_eq!(both, "BAD_USER_INPUT");
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let api = TestApi::start().await;
    let (acme, other) = (api.db.tenant("acme").await, api.db.tenant("other").await);
    api.db.submit(&acme, echo(1)).await;
    let echos = json!({"kind": {"eq": "echo"}});
    let page = data(&api, &acme, TASKS, json!({"filter": echos})).await;
    let cursor = &page["tasks"]["pageInfo"]["endCursor"];
    let text = cursor.as_str().unwrap();
    // The same filter and order in other words.
    for filter in [
        json!({"kind": {"in": ["echo", "echo"]}, "status": {}, "queue": null}),
        json!({"kind": {"in": ["sleep", "echo"], "eq": "echo"}}),
    ] {
        let order = json!({"field": "CREATED_AT", "direction": "DESC"});
        data(&api, &acme, TASKS, json!({"filter": filter, "orderBy": order, "after": cursor})).await;
        data(&api, &acme, TASKS, json!({"filter": filter, "last": 1, "before": cursor})).await;
    }
    let oldest_first = json!({"field": "CREATED_AT", "direction": "ASC"});
    for (tenant, query, variables) in [
        (&acme, TASKS, json!({"after": cursor})),
        (&acme, TASKS, json!({"filter": {"kind": {"eq": "sleep"}}, "after": cursor})),
        (&acme, TASKS, json!({"filter": echos, "orderBy": oldest_first, "after": cursor})),
        (&acme, TASKS, json!({"filter": echos, "orderBy": oldest_first, "last": 1, "before": cursor})),
        (&other, TASKS, json!({"filter": echos, "after": cursor})),
        (&acme, AUDIT, json!({"after": cursor})),
        (&acme, TASKS, json!({"filter": echos, "after": text.replace(&text[..4], "AAAA")})),
        (&acme, TASKS, json!({"filter": echos, "after": &text[1..]})),
        (&acme, TASKS, json!({"filter": echos, "before": &text[1..]})),
        (&acme, TASKS, json!({"filter": echos, "after": ""})),
        (&acme, TASKS, json!({"filter": echos, "after": "x".repeat(1_000_000)})),
    ] {
        assert_eq!(failure(&api, tenant, query, variables.clone()).await, "INVALID_CURSOR");
    }
}
