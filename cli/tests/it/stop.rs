//! Signals.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::json;

use crate::dev::{Api, Dev};
use crate::home::Home;

#[tokio::test]
async fn ctrl_c_drains_and_leaves_nothing_running() {
    let home = Home::new();
    let mut dev = Dev::start(&home).await;
    let api = Api::of(&home);
    assert!(!home.postgres().is_empty());
    // Under way when the signal comes, and given the time to end.
    let id = api.submit("sleep", json!({ "milliseconds": 1_000 })).await;
    api.reaches(&id, "running").await;
    dev.signal(Signal::SIGINT);
    assert_eq!(dev.ended().await.code(), Some(0), "{:?}", dev.said());
    assert!(!home.dev_json().exists());
    assert_eq!(home.postgres(), Vec::<String>::new());

    let dev = Dev::start(&home).await;
    let (_, task) = Api::of(&home).get(&format!("/v1/tasks/{id}")).await;
    assert_eq!((&task["status"], &task["attempt"]), (&json!("done"), &json!(1)));
    dev.stop().await;
}

#[tokio::test]
async fn sigterm_ends_a_start_that_is_under_way() {
    let home = Home::new();
    let mut dev = Dev::spawn(&home);
    dev.says("starting PostgreSQL").await;
    dev.signal(Signal::SIGTERM);
    assert_eq!(dev.ended().await.code(), Some(0), "{:?}", dev.said());
    assert_eq!(dev.printed(), Vec::<String>::new());
    testkit::until("PostgreSQL is gone", async || home.postgres().is_empty().then_some(())).await;
    // Whatever it left half-made does not block the next one.
    Dev::start(&home).await.stop().await;
}

#[tokio::test]
async fn a_second_signal_does_not_wait_for_the_drain() {
    let home = Home::new();
    let mut dev = Dev::start(&home).await;
    let api = Api::of(&home);
    let id = api.submit("sleep", json!({ "milliseconds": 60_000 })).await;
    api.reaches(&id, "running").await;
    dev.signal(Signal::SIGINT);
    dev.says("stopping").await;
    let begin = Instant::now();
    dev.signal(Signal::SIGINT);
    assert_eq!(dev.ended().await.code(), Some(1));
    assert!(begin.elapsed() < Duration::from_secs(5), "the drain takes 7 s: {:?}", begin.elapsed());
    assert!(!home.dev_json().exists());
    testkit::until("PostgreSQL is gone", async || home.postgres().is_empty().then_some(())).await;
}
