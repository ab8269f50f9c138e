//! Filters: each operator of each field means what it says, and nothing in a text means more than itself.

use serde_json::json;
use testkit::{echo, sleep};

use super::lists::{AUDIT, TASKS, column, pages};
use super::{data, execute};
use crate::support::TestApi;
use crate::worker::Worker;

#[tokio::test]
async fn tasks_are_filtered_by_each_field_and_by_all_of_them() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let worker = Worker::start(&api.db, &acme);
    let done = api.db.submit(&acme, echo(1)).await.id;
    worker.complete(&worker.claim_one().await).await;
    let failed = api.db.submit(&acme, echo(1)).await.id;
    worker.fail(&worker.claim_one().await, true).await;
    let running = api.db.submit(&acme, echo(1)).await.id;
    worker.claim_one().await;
    let slow = domain::task::NewTask {
        queue: Some("slow".into()),
        priority: Some(5),
        reference: Some("100%_\\' OR true --".into()),
        ..sleep(1)
    };
    let slow = api.db.submit(&acme, slow).await.id;
    let pending = api.db.submit(&acme, echo(1)).await.id;

    let created = data(&api, &acme, "query($id: ID!) { task(by: {id: $id}) { createdAt } }", json!({"id": running})).await;
    let created = &created["task"]["createdAt"];
    for (filter, expected) in [
        (json!({"status": {"eq": "DONE"}}), vec![done]),
        (json!({"status": {"eq": "FAILED"}}), vec![failed]),
        (json!({"status": {"in": ["RUNNING"]}}), vec![running]),
        (json!({"status": {"eq": "PENDING"}}), vec![pending, slow]),
        (json!({"status": {"in": ["RUNNING", "DONE", "DONE"]}}), vec![running, done]),
        (json!({"status": {"in": ["RUNNING", "DONE"], "eq": "DONE"}}), vec![done]),
        (json!({"status": {"in": ["RUNNING", "DONE"], "eq": "FAILED"}}), vec![]),
        (json!({"status": {}, "kind": null, "queue": {"eq": null}}), vec![pending, slow, running, failed, done]),
        (json!({"status": {"eq": "CANCELLED"}}), vec![]),
        (json!({"kind": {"eq": "sleep"}}), vec![slow]),
        (json!({"kind": {"in": ["sleep", "http"]}}), vec![slow]),
        (json!({"queue": {"eq": "slow"}}), vec![slow]),
        (json!({"queue": {"eq": "slow"}, "kind": {"eq": "echo"}}), vec![]),
        (json!({"queue": {"eq": "%"}}), vec![]),
        (json!({"priority": {"gt": 4}}), vec![slow]),
        (json!({"priority": {"gte": 5, "lte": 5}}), vec![slow]),
        (json!({"priority": {"lt": 5, "in": [0, 5]}}), vec![pending, running, failed, done]),
        (json!({"priority": {"gt": 2_147_483_647}}), vec![]),
        (json!({"priority": {"lt": -2_147_483_648}}), vec![]),
        (json!({"reference": {"eq": "100%_\\' OR true --"}}), vec![slow]),
        (json!({"reference": {"eq": "100%"}}), vec![]),
        (json!({"createdAt": {"gt": created}}), vec![pending, slow]),
        (json!({"createdAt": {"gte": created}}), vec![pending, slow, running]),
        (json!({"createdAt": {"lt": created}}), vec![failed, done]),
        (json!({"createdAt": {"lte": created, "gte": created}}), vec![running]),
        (json!({"createdAt": {"gt": "9999-12-31T23:59:59.999999Z"}}), vec![]),
        (json!({"createdAt": {"lt": "0000-01-01T00:00:00Z"}}), vec![]),
        (json!({"id": {"in": [done, pending]}}), vec![pending, done]),
        (json!({"status": {"eq": "PENDING"}, "queue": {"eq": "default"}, "kind": {"eq": "echo"}}), vec![pending]),
    ] {
        let rows = pages(&api, &acme, TASKS, "tasks", json!({"filter": filter}), 1).await;
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
    let oldest_first = json!({"orderBy": {"field": "TIMESTAMP", "direction": "ASC"}});
    let reversed = pages(&api, &acme, AUDIT, "auditLogs", oldest_first, 2).await;
    assert!(reversed.iter().rev().eq(&all));
    let of_task = ["TASK_COMPLETED", "TASK_STARTED", "TASK_CREATED"];
    assert_eq!(column(&all, "action")[..6], [of_task, of_task].concat());
    assert_eq!(column(&all, "action").len(), 9, "the tenant, its user and its key came first: {all:?}");
    let user = format!("user:{}", acme.user_id);
    let middle = &all[3]["timestamp"];
    for (filter, expected) in [
        (json!({"taskId": {"eq": first}}), 3),
        (json!({"taskId": {"eq": all[0]["taskId"]}}), 3),
        (json!({"taskId": {"in": [first, second]}}), 6),
        (json!({"action": {"in": ["TASK_CREATED", "TASK_STARTED"]}}), 4),
        (json!({"action": {"eq": "TASK_CREATED"}, "taskId": {"eq": second}}), 1),
        (json!({"action": {"eq": "TASK_CREATED", "in": ["TASK_STARTED"]}, "taskId": {"eq": second}}), 0),
        (json!({"actor": {"eq": user}}), 2),
        (json!({"actor": {"in": ["worker:w1", user]}}), 6),
        (json!({"actor": {"eq": "worker:%"}}), 0),
        (json!({"actor": {"eq": "worker:w1"}, "taskId": {"eq": first}}), 2),
        (json!({"timestamp": {"gte": middle}}), 4),
        (json!({"timestamp": {"gt": middle}}), 3),
        (json!({"timestamp": {"gte": middle}, "taskId": {"eq": first}}), 1),
        (json!({"timestamp": {"gt": middle}, "taskId": {"eq": first}}), 0),
        (json!({"timestamp": {"lt": middle, "gt": middle}, "taskId": {"eq": first}}), 0),
        (json!({"timestamp": {"lt": middle}, "action": {"in": ["TASK_CREATED", "TASK_STARTED", "TASK_COMPLETED"]}}), 2),
        (json!({"timestamp": {"gte": "2000-01-01T00:00:00Z", "lt": "2000-01-02T00:00:00Z"}}), 0),
        (json!({"timestamp": {"gte": "0000-01-01T00:00:00Z", "lt": "9999-12-31T23:59:59Z"}}), 9),
    ] {
        let rows = pages(&api, &acme, AUDIT, "auditLogs", json!({"filter": filter}), 2).await;
        assert_eq!(rows.len(), expected, "{filter}: {rows:?}");
    }
}

#[tokio::test]
async fn a_filter_that_breaks_a_rule_is_named() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let many = |n: usize| vec!["x"; n];
    let long = "must be at most 255 bytes without control characters";
    for (query, filter, path, rule) in [
        (TASKS, json!({"status": {"in": []}}), ["filter", "status", "in"], "must have 1 to 100 values"),
        (TASKS, json!({"kind": {"in": many(101)}}), ["filter", "kind", "in"], "must have 1 to 100 values"),
        (TASKS, json!({"priority": {"in": []}}), ["filter", "priority", "in"], "must have 1 to 100 values"),
        (TASKS, json!({"reference": {"in": ["a", "b\u{0}"]}}), ["filter", "reference", "in"], long),
        (TASKS, json!({"queue": {"eq": "x".repeat(256)}}), ["filter", "queue", "eq"], long),
        (TASKS, json!({"id": {"eq": "x"}}), ["filter", "id", "eq"], "must be the id of a Task or a UUID"),
        (AUDIT, json!({"taskId": {"in": ["x"]}}), ["filter", "taskId", "in"], "must be the id of a Task or a UUID"),
        (AUDIT, json!({"actor": {"in": []}}), ["filter", "actor", "in"], "must have 1 to 100 values"),
    ] {
        let (_, answer) = execute(&api, &acme, query, json!({"filter": filter})).await;
        let error = &answer["errors"][0]["extensions"];
        assert_eq!(*error, json!({"code": "BAD_USER_INPUT", "fields": [{"path": path, "rule": rule}]}), "{filter}");
    }
    data(&api, &acme, TASKS, json!({"filter": {"kind": {"in": many(100)}}})).await;
}
