//! The data outlives every end of `dev`.

use serde_json::json;

use crate::dev::{Api, Dev};
use crate::home::Home;

#[tokio::test]
async fn a_second_start_after_ctrl_c_and_after_kill_9_finds_the_same_data_and_key() {
    let home = Home::new();
    let dev = Dev::start(&home).await;
    let first = Api::of(&home);
    let id = first.submit("echo", json!({ "n": 1 })).await;
    first.reaches(&id, "done").await;
    dev.stop().await;

    let dev = Dev::start(&home).await;
    let second = Api::of(&home);
    assert_eq!(second.text("api_key"), first.text("api_key"));
    assert_eq!(second.reaches(&id, "done").await["result"], json!({ "n": 1 }));
    // In the middle of its work, this time.
    let running = second.submit("sleep", json!({ "milliseconds": 60_000 })).await;
    second.reaches(&running, "running").await;
    dev.kill().await;
    assert!(home.dev_json().exists(), "a killed process cannot tidy up");

    let dev = Dev::start(&home).await;
    let third = Api::of(&home);
    assert_eq!(third.state["pid"], dev.pid());
    assert_eq!(third.text("api_key"), first.text("api_key"));
    assert_eq!(third.trail(&id).await.len(), 3);
    assert_eq!(third.get(&format!("/v1/tasks/{running}")).await.1["status"], "running");
    // What a new worker does with the dead one's task is the worker's own test.
    dev.stop().await;
}

#[tokio::test]
async fn a_key_that_the_database_does_not_know_is_replaced() {
    let home = Home::new();
    let dev = Dev::start(&home).await;
    let first = Api::of(&home);
    dev.stop().await;
    std::fs::write(home.data_dir().join("key"), "ctap_dev_of_another_database\n").unwrap();
    let dev = Dev::start(&home).await;
    let second = Api::of(&home);
    assert_ne!(second.text("api_key"), first.text("api_key"));
    let id = second.submit("echo", json!({})).await;
    second.reaches(&id, "done").await;
    dev.stop().await;
}
