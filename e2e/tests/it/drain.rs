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
async fn a_terminated_api_ends_its_websockets_and_exits_in_time() {
    let mut system = System::start().await;
    let _socket = system.client.socket().await;
    let (status, took) = system.api.terminate().await;
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(9), "{took:?}");
    system.db.assert_invariants().await;
}
