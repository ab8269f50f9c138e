//! An audit row that cannot be written: nothing is changed, and everybody who watches the log is told.

use e2e::System;
use reqwest::Method;
use sea_orm::ConnectionTrait;
use serde_json::json;
use testkit::until;

#[tokio::test]
async fn what_the_trail_refuses_is_not_done_and_is_said() {
    let system = System::start().await;
    let kept = system.client.submit("echo", json!(1)).await;
    // As a trail that is full, or without a partition, or without rights: it takes no row of these kinds.
    let refuse = "ALTER TABLE audit_logs ADD CONSTRAINT refused CHECK (action NOT IN ('task.created', 'task.started')) NOT VALID";
    system.db.owner.execute_unprepared(refuse).await.unwrap();
    let mut submission = system.client.request(Method::POST, "/v1/tasks").json(&json!({"kind": "echo", "payload": 2}));
    submission = submission.header("x-request-id", "r-77");
    let answer = submission.send().await.unwrap();
    assert_eq!(answer.status(), 500);
    let body = answer.text().await.unwrap();
    assert!(body.contains("\"INTERNAL\"") && !body.contains("audit_logs") && !body.contains("refused"), "{body}");
    let list = system.client.graphql("{ tasks(first: 10) { edges { node { id } } } }", json!({})).await;
    assert_eq!(list["tasks"]["edges"].as_array().unwrap().len(), 1);
    let said = |records: Vec<serde_json::Value>| records.into_iter().find(|line| line["event"] == "audit_write_failed");
    let line = said(system.api.records()).unwrap();
    assert_eq!((&line["severity"], &line["service"], &line["request_id"]), (&json!("ERROR"), &json!("ctap-api"), &json!("r-77")));
    // Whoever works says it too.
    let worker = system.worker().await;
    let line = until("the worker says it", async || said(worker.records())).await;
    assert_eq!((&line["severity"], &line["service"]), (&json!("ERROR"), &json!("ctap-worker")));
    assert_eq!(system.client.get(kept["id"].as_str().unwrap()).await["status"], "pending");
    system.db.owner.execute_unprepared("ALTER TABLE audit_logs DROP CONSTRAINT refused").await.unwrap();
    system.until_status(kept["id"].as_str().unwrap(), "done").await;
}
