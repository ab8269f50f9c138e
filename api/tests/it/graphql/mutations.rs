//! The life of a task as its submitter and an operator see it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids;
use serde_json::{Value, json};

use super::data;
use crate::support::TestApi;
use crate::worker::Worker;

const CREATE: &str = "mutation($input: CreateTaskInput!) { createTask(input: $input) {
    task { id databaseId status kind queue priority payload attempt maxAttempts timeoutSeconds runAt createdAt updatedAt
           finishedAt version reference workerId result error { code message } }
    auditLogIds userErrors { field message code } } }";
const CANCEL: &str = "mutation($id: ID!, $reason: String) { cancelTask(input: {id: $id, reason: $reason}) {
    task { status version } auditLogIds userErrors { field message code taskStatus } } }";
const RETRY: &str = "mutation($id: ID!, $version: Int) { retryTask(input: {id: $id, expectedVersion: $version}) {
    task { status version attempt error { code } finishedAt } auditLogIds userErrors { field message code taskStatus } } }";
const TASK: &str = "query($id: ID!) { task(by: {id: $id}) { status result attempt error { code message } finishedAt
    auditLogs { edges { node { id action actor seq attempt reason keyId requestId statusBefore statusAfter taskId detail } } } } }";

#[tokio::test]
async fn a_created_task_says_everything_about_itself() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let input = json!({"kind": "echo", "payload": {"a": [1, "ä", null, 1.5]}, "runAt": "2099-01-01T01:00:00.5+01:00",
                       "reference": "order-1", "queue": "slow", "priority": -7});
    let created = data(&api, &acme, CREATE, json!({"input": input})).await;
    let task = &created["createTask"]["task"];
    let uuid = task["databaseId"].as_str().unwrap();
    assert_eq!(task["id"], URL_SAFE_NO_PAD.encode(format!("Task:{uuid}")));
    let expected = json!({
        "status": "PENDING", "kind": "echo", "queue": "slow", "priority": -7, "payload": {"a": [1, "ä", null, 1.5]},
        "attempt": 0, "maxAttempts": 5, "timeoutSeconds": 300, "runAt": "2099-01-01T00:00:00.500000Z", "version": 1,
        "reference": "order-1", "workerId": null, "result": null, "error": null, "finishedAt": null,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&task[name], value, "{name}");
    }
    assert_eq!(task["createdAt"], task["updatedAt"]);
    assert_eq!(created["createTask"]["userErrors"], json!([]));
    assert_eq!(created["createTask"]["auditLogIds"].as_array().unwrap().len(), 1);
    // The same task over REST, and by either id.
    let rest: Value = api.get(&acme, &format!("/v1/tasks/{uuid}")).await.json().await.unwrap();
    assert_eq!(rest["id"], *uuid);
    for id in [&task["id"], &task["databaseId"]] {
        assert_eq!(data(&api, &acme, TASK, json!({"id": id})).await["task"]["status"], "PENDING");
    }
}

#[tokio::test]
async fn a_task_that_ran_shows_result_and_trail() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let worker = Worker::start(&api.db, &acme);
    let task = api.db.submit(&acme, testkit::echo(1)).await;
    worker.complete(&worker.claim_one().await).await;
    let seen = data(&api, &acme, TASK, json!({"id": task.id})).await["task"].clone();
    assert_eq!((&seen["status"], &seen["result"], &seen["attempt"]), (&json!("DONE"), &json!({"ok": true}), &json!(1)));
    assert!(seen["finishedAt"].is_string());
    let rows: Vec<_> = seen["auditLogs"]["edges"].as_array().unwrap().iter().map(|e| &e["node"]).collect();
    let text = |name: &str| rows.iter().map(|r| r[name].as_str().unwrap_or("-")).collect::<Vec<_>>();
    assert_eq!(text("action"), ["TASK_CREATED", "TASK_STARTED", "TASK_COMPLETED"]);
    assert_eq!(text("actor"), [&format!("user:{}", acme.user_id), "worker:w1", "worker:w1"]);
    assert_eq!(text("statusBefore"), ["-", "PENDING", "RUNNING"]);
    assert_eq!(text("statusAfter"), ["PENDING", "RUNNING", "DONE"]);
    assert_eq!(text("keyId"), [&acme.key_id, "-", "-"]);
    assert_eq!(rows.iter().map(|r| &r["seq"]).collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test]
async fn cancel_and_retry_answer_with_the_task_and_their_audit_row() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let id = api.db.submit(&acme, testkit::echo(1)).await.id;
    let cancelled = data(&api, &acme, CANCEL, json!({"id": id, "reason": "not needed"})).await["cancelTask"].clone();
    assert_eq!(cancelled["task"], json!({"status": "CANCELLED", "version": 2}));
    let retried = data(&api, &acme, RETRY, json!({"id": id})).await["retryTask"].clone();
    assert_eq!(retried["task"], json!({"status": "PENDING", "version": 3, "attempt": 0, "error": null, "finishedAt": null}));
    let seen = data(&api, &acme, TASK, json!({"id": id})).await;
    let rows: Vec<_> = seen["task"]["auditLogs"]["edges"].as_array().unwrap().iter().map(|e| &e["node"]).collect();
    assert_eq!((&rows[1]["action"], &rows[1]["reason"]), (&json!("TASK_CANCELLED"), &json!("not needed")));
    assert_eq!((&rows[1]["statusBefore"], &rows[1]["statusAfter"]), (&json!("PENDING"), &json!("CANCELLED")));
    assert_eq!((&rows[2]["statusBefore"], &rows[2]["statusAfter"]), (&json!("CANCELLED"), &json!("PENDING")));
    assert_eq!((&cancelled["auditLogIds"], &retried["auditLogIds"]), (&json!([rows[1]["id"]]), &json!([rows[2]["id"]])));
    assert!(rows.iter().all(|row| row["requestId"].is_string()));
    api.db.assert_invariants().await;
}

#[tokio::test]
async fn expected_outcomes_are_user_errors() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let bad = json!({"kind": "fly", "payload": 1, "priority": 101, "maxAttempts": 0, "timeoutSeconds": -1, "queue": "Ü",
                     "runAt": "1969-12-31T23:59:59Z", "reference": "", "idempotencyKey": "ä"});
    let created = data(&api, &acme, CREATE, json!({"input": bad})).await["createTask"].clone();
    assert_eq!((&created["task"], &created["auditLogIds"]), (&Value::Null, &json!([])));
    let mut fields: Vec<_> = created["userErrors"].as_array().unwrap().iter().map(|e| e["field"].to_string()).collect();
    fields.sort_unstable();
    let names = ["idempotencyKey", "kind", "maxAttempts", "priority", "queue", "reference", "runAt", "timeoutSeconds"];
    assert_eq!(fields, names.map(|name| format!("[\"input\",\"{name}\"]")));
    assert!(created["userErrors"].as_array().unwrap().iter().all(|e| e["code"] == "BAD_USER_INPUT"));

    let nul = json!({"kind": "echo", "payload": {"a": "\u{0}"}});
    let created = data(&api, &acme, CREATE, json!({"input": nul})).await["createTask"].clone();
    assert_eq!(created["userErrors"][0]["field"], json!(["input", "payload"]));

    let id = api.db.submit(&acme, testkit::echo(1)).await.id;
    let conflict = data(&api, &acme, RETRY, json!({"id": id})).await["retryTask"].clone();
    let error = json!([{"field": ["input", "id"], "message": "the task is pending", "code": "TASK_STATE_CONFLICT",
                        "taskStatus": "PENDING"}]);
    assert_eq!((&conflict["userErrors"], &conflict["task"]), (&error, &Value::Null));
    let reason = data(&api, &acme, CANCEL, json!({"id": id, "reason": "x".repeat(129)})).await["cancelTask"].clone();
    assert_eq!(reason["userErrors"][0]["field"], json!(["input", "reason"]));
    let nobody = data(&api, &acme, CANCEL, json!({"id": ids::floor(chrono::Utc::now())})).await["cancelTask"].clone();
    assert_eq!(nobody["userErrors"][0]["code"], "NOT_FOUND");
    assert_eq!(api.db.task(&acme, id).await.version, 1);
}

#[tokio::test]
async fn a_decision_on_an_older_version_is_not_carried_out() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let id = api.db.submit(&acme, testkit::echo(1)).await.id;
    data(&api, &acme, CANCEL, json!({"id": id})).await;
    let stale = data(&api, &acme, RETRY, json!({"id": id, "version": 1})).await["retryTask"].clone();
    let error = &stale["userErrors"][0];
    assert_eq!(
        (&error["code"], &error["field"], &error["taskStatus"]),
        (&json!("PRECONDITION_FAILED"), &json!(["input", "expectedVersion"]), &Value::Null)
    );
    assert_eq!(api.db.actions(&acme, id).await, ["task.created", "task.cancelled"]);
    let retried = data(&api, &acme, RETRY, json!({"id": id, "version": 2})).await["retryTask"].clone();
    assert_eq!((&retried["task"]["version"], &retried["userErrors"]), (&json!(3), &json!([])));
}
