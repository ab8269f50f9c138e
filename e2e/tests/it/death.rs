//! Processes that die or freeze: every task ends once, and the trail says what happened.

use domain::task::NewTask;
use e2e::System;
use nix::sys::signal::Signal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use testkit::entity::lease;

#[tokio::test]
async fn kill_9_of_a_worker_in_mid_task_is_rescued_and_ends_once() {
    let system = System::start().await;
    let mut first = system.worker().await;
    let task = system.client.submit("sleep", json!({"milliseconds": 3000})).await;
    let id = task["id"].as_str().unwrap();
    system.until_status(id, "running").await;
    first.kill();
    let _second = system.worker().await;
    system.until_status(id, "done").await;
    let expected = ["task.created", "task.started", "task.rescued", "task.started", "task.completed"];
    assert_eq!(system.actions(id).await, expected);
    let audit = system.client.audit(id).await;
    assert_eq!((&audit[2]["actor"], &audit[2]["reason"]), (&json!("system:rescuer"), &json!("WORKER_LOST")));
    assert_eq!(audit[4]["attempt"], 2);
    system.db.assert_invariants().await;
}

#[tokio::test]
async fn a_worker_frozen_past_its_lease_has_its_late_result_refused_and_audited() {
    let system = System::start().await;
    let frozen = system.worker().await;
    let task = system.client.submit("sleep", json!({"milliseconds": 1500})).await;
    let id = task["id"].as_str().unwrap();
    system.until_status(id, "running").await;
    frozen.signal(Signal::SIGSTOP);
    let _second = system.worker().await;
    system.until_status(id, "done").await;
    let before = system.client.get(id).await;
    frozen.signal(Signal::SIGCONT);
    testkit::until("the late report is refused", async || {
        system.actions(id).await.contains(&"task.result_refused".to_owned()).then_some(())
    })
    .await;
    assert_eq!(system.client.get(id).await, before, "nothing changed");
    let refused = system.client.audit(id).await.pop().unwrap();
    assert_eq!((&refused["action"], &refused["seq"]), (&json!("task.result_refused"), &json!(null)));
    assert_eq!(system.actions(id).await.iter().filter(|a| *a == "task.completed").count(), 1);
    system.db.assert_invariants().await;
}

#[tokio::test]
async fn kill_9_of_the_api_right_after_its_answer_loses_nothing() {
    let mut system = System::start().await;
    for n in 0..5 {
        let task = system.client.submit("echo", json!({"n": n})).await;
        system.api.kill();
        system.restart_api().await;
        let id = task["id"].as_str().unwrap();
        assert_eq!(system.client.get(id).await["payload"], json!({"n": n}));
        assert_eq!(system.actions(id).await, ["task.created"]);
    }
    // Nobody told a worker: it finds them by itself.
    let _worker = system.worker().await;
    testkit::until("all five are done", async || {
        let done = system
            .client
            .graphql("{ tasks(first: 10, filter: {status: {eq: DONE}}) { edges { node { id } } } }", json!({}))
            .await;
        (done["tasks"]["edges"].as_array().unwrap().len() == 5).then_some(())
    })
    .await;
    system.db.assert_invariants().await;
}

/// How often workers are killed while they hold tasks.
const KILLS: usize = 4;

#[tokio::test]
async fn killing_workers_in_mid_task_again_and_again_loses_no_task_and_ends_each_once() {
    let system = System::start().await;
    let mut ids = Vec::new();
    for n in 0..240 {
        let new = NewTask { max_attempts: Some(50), ..testkit::sleep(200 + n) };
        ids.push(system.db.submit(&system.acme, new).await.id.to_string());
    }
    for _ in 0..KILLS {
        let mut victim = system.worker().await;
        let name = testkit::until("the victim says its name", async || {
            victim.records().iter().find_map(|r| r["worker"].as_str().map(str::to_owned))
        })
        .await;
        testkit::until("the victim holds tasks", async || {
            let held = lease::Entity::find().filter(lease::Column::WorkerId.eq(&name)).one(&system.db.owner).await.unwrap();
            held.map(drop)
        })
        .await;
        victim.kill();
    }
    let _survivor = system.worker().await;
    let mut rescued = 0;
    for id in &ids {
        system.until_status(id, "done").await;
        let actions = system.actions(id).await;
        let count = |action: &str| actions.iter().filter(|a| *a == action).count();
        assert_eq!(count("task.completed"), 1, "{actions:?}");
        rescued += count("task.rescued");
    }
    assert!(rescued >= KILLS, "each victim held at least one task");
    system.db.assert_invariants().await;
}
