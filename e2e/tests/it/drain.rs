//! SIGTERM: what can be finished is, the rest is given back uncharged, and the process is gone in time.

use std::time::Duration;

use e2e::System;
use serde_json::json;

#[tokio::test]
async fn a_terminated_worker_finishes_what_it_can_and_releases_the_rest_without_charge() {
    let system = System::start().await;
    let mut worker = system.worker().await;
    let short = system.client.submit("sleep", json!({"milliseconds": 1500})).await;
    let long = system.client.submit("sleep", json!({"milliseconds": 120_000})).await;
    let (short, long) = (short["id"].as_str().unwrap(), long["id"].as_str().unwrap());
    system.until_status(short, "running").await;
    system.until_status(long, "running").await;
    let late = system.client.submit("echo", json!(1)).await;
    system.until_status(late["id"].as_str().unwrap(), "done").await;
    let (status, took) = worker.terminate().await;
    assert!(status.success(), "{status}");
    // The platform kills what is still there ten seconds after its SIGTERM.
    assert!(took < Duration::from_secs(9), "{took:?}");
    assert_eq!(system.client.get(short).await["status"], "done");
    let given_back = system.client.get(long).await;
    assert_eq!((&given_back["status"], &given_back["attempt"]), (&json!("pending"), &json!(0)));
    assert_eq!(system.actions(long).await, ["task.created", "task.started", "task.released"]);
    let after = system.client.submit("echo", json!(1)).await;
    assert_eq!(system.client.get(after["id"].as_str().unwrap()).await["status"], "pending");
    system.db.assert_invariants().await;
}

#[tokio::test]
async fn a_terminated_api_tells_its_websockets_to_come_again_and_exits_in_time() {
    let mut system = System::start().await;
    let idle = system.client.socket().await;
    let mut watching = system.client.socket().await;
    let task = system.client.submit("echo", json!(1)).await;
    let query = "subscription($id: ID!) { taskUpdated(id: $id) { version } }";
    let subscription = watching.subscribe(query, json!({"id": task["id"]})).await;
    assert_eq!(watching.next(&subscription).await["taskUpdated"]["version"], 1);
    let ((status, took), idle, watching) = tokio::join!(system.api.terminate(), idle.closed(), watching.closed());
    // Service restart, which clients take as a reason to connect again (RFC 6455's registry).
    assert_eq!((idle, watching), (1012, 1012));
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(9), "{took:?}");
    system.db.assert_invariants().await;
}
