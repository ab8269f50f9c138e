//! Processes that die or freeze: every task ends once, and the trail says what happened.

use e2e::System;
use nix::sys::signal::Signal;
use serde_json::json;

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
        let done =
            system.client.graphql("{ tasks(first: 10, filter: {status: [DONE]}) { edges { node { id } } } }", json!({})).await;
        (done["tasks"]["edges"].as_array().unwrap().len() == 5).then_some(())
    })
    .await;
    system.db.assert_invariants().await;
}

#[tokio::test]
async fn killing_workers_again_and_again_loses_no_task_and_ends_each_once() {
    let system = System::start().await;
    let mut ids = Vec::new();
    for n in 0..60 {
        let input = json!({"kind": "sleep", "payload": {"milliseconds": 50 + n}, "maxAttempts": 50});
        ids.push(system.client.submit_with(input).await["id"].as_str().unwrap().to_owned());
    }
    let _steady = system.worker().await;
    for _ in 0..4 {
        let mut victim = system.worker().await;
        testkit::until("the victim has begun something, or nothing is left", async || {
            let running = system
                .client
                .graphql("{ tasks(first: 1, filter: {status: [RUNNING, PENDING]}) { edges { node { id } } } }", json!({}))
                .await;
            let begun = victim.records().iter().any(|r| r["message"] == "ready") || running["tasks"]["edges"][0].is_null();
            begun.then_some(())
        })
        .await;
        victim.kill();
    }
    for id in &ids {
        system.until_status(id, "done").await;
        let actions = system.actions(id).await;
        assert_eq!(actions.iter().filter(|a| *a == "task.completed").count(), 1, "{actions:?}");
    }
    system.db.assert_invariants().await;
}
