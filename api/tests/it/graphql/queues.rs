//! `taskCounts`, `queues`, `pauseQueue`, `resumeQueue`.

use domain::task::NewTask;
use serde_json::{Value, json};
use testkit::echo;

use super::{data, execute, failure};
use crate::support::TestApi;
use crate::worker::Worker;

const COUNTS: &str = "query($upTo: Int! = 10000) { taskCounts(upTo: $upTo) {
    total { count capped } byStatus { status count capped }
    byQueue { name count capped byStatus { status count } } byKind { name count } } }";
const PAUSE: &str = "mutation($input: PauseQueueInput!) { pauseQueue(input: $input) {
    queue { id name paused pausedAt } auditLogIds userErrors { field code message } } }";
const RESUME: &str = "mutation($input: ResumeQueueInput!) { resumeQueue(input: $input) {
    queue { name paused pausedAt } auditLogIds userErrors { field code } } }";

#[tokio::test]
async fn counts_are_exact_up_to_their_bound() {
    let api = TestApi::start().await;
    let (acme, other) = (api.db.tenant("acme").await, api.db.tenant("other").await);
    for n in 0..3 {
        api.submit(&acme).await;
        api.db.submit(&other, echo(n)).await;
    }
    api.db.submit(&acme, NewTask { queue: Some("night".into()), ..testkit::sleep(1) }).await;
    let worker = Worker::start(&api.db, &acme);
    worker.complete(&worker.claim_one().await).await;
    let counts = data(&api, &acme, COUNTS, json!({})).await["taskCounts"].clone();
    assert_eq!(counts["total"], json!({"count": 4, "capped": false}));
    let by_status = |counts: &Value| {
        let of = |one: &Value| (one["status"].as_str().unwrap().to_owned(), one["count"].as_i64().unwrap());
        counts.as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    let expected = [("PENDING", 3), ("RUNNING", 0), ("DONE", 1), ("FAILED", 0), ("CANCELLED", 0)];
    assert_eq!(by_status(&counts["byStatus"]), expected.map(|(status, count)| (status.to_owned(), count)));
    assert_eq!((&counts["byQueue"][0]["name"], &counts["byQueue"][0]["count"]), (&json!("default"), &json!(3)));
    assert_eq!(by_status(&counts["byQueue"][1]["byStatus"])[0], ("PENDING".to_owned(), 1));
    assert_eq!(counts["byKind"], json!([{"name": "echo", "count": 3}, {"name": "sleep", "count": 1}]));

    let counts = data(&api, &acme, COUNTS, json!({"upTo": 2})).await["taskCounts"].clone();
    assert_eq!(counts["total"], json!({"count": 2, "capped": true}));
    assert_eq!(counts["byStatus"][0], json!({"status": "PENDING", "count": 2, "capped": true}));
    assert_eq!(counts["byStatus"][2], json!({"status": "DONE", "count": 1, "capped": false}));
    for bad in [0, -1] {
        assert_eq!(failure(&api, &acme, COUNTS, json!({"upTo": bad})).await, "BAD_USER_INPUT");
    }
}

#[tokio::test]
async fn many_changes_are_folded_behind_the_reader() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let changes = format!(
        "INSERT INTO task_count_changes (tenant_id, queue, kind, status, change)
         SELECT '{}', 'default', 'echo', 'done', 1 FROM generate_series(1, 20000)",
        acme.id
    );
    api.run(&changes).await;
    let counted = data(&api, &acme, COUNTS, json!({})).await["taskCounts"]["total"].clone();
    assert_eq!(counted, json!({"count": 10_000, "capped": true}));
    testkit::until("the changes are folded", async || {
        let left = domain::counts::of_tenant(&api.db.api, acme.id, 1).await.unwrap();
        assert_eq!(left.all.values().sum::<i64>(), 20_000);
        (left.unfolded == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_queue_is_paused_and_resumed() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    api.submit(&acme).await;
    let input = json!({"input": {"name": "default", "reason": "deploy"}});
    let paused = data(&api, &acme, PAUSE, input.clone()).await["pauseQueue"].clone();
    assert_eq!((&paused["queue"]["paused"], &paused["userErrors"]), (&json!(true), &json!([])));
    assert!(paused["queue"]["pausedAt"].is_string());
    let again = data(&api, &acme, PAUSE, input).await["pauseQueue"].clone();
    assert_eq!((&again["queue"], &again["auditLogIds"]), (&paused["queue"], &json!([])));

    let ids = json!({"row": paused["auditLogIds"][0], "queue": paused["queue"]["id"]});
    let nodes = "query($row: ID!, $queue: ID!) { row: node(id: $row) { ... on AuditLog { action target reason } }
        queue: node(id: $queue) { id ... on Queue { name taskCounts { status count } } } }";
    let found = data(&api, &acme, nodes, ids.clone()).await;
    assert_eq!(found["row"], json!({"action": "QUEUE_PAUSED", "target": "queue:default", "reason": "deploy"}));
    assert_eq!((&found["queue"]["id"], &found["queue"]["name"]), (&ids["queue"], &json!("default")));
    assert_eq!(found["queue"]["taskCounts"][0], json!({"status": "PENDING", "count": 1}));

    let resumed = data(&api, &acme, RESUME, json!({"input": {"name": "default"}})).await["resumeQueue"].clone();
    assert_eq!(resumed["queue"], json!({"name": "default", "paused": false, "pausedAt": null}));
    assert_eq!(resumed["auditLogIds"].as_array().unwrap().len(), 1);
    let unknown = data(&api, &acme, RESUME, json!({"input": {"name": "nobody"}})).await["resumeQueue"].clone();
    assert_eq!(unknown, json!({"queue": null, "auditLogIds": [], "userErrors": []}));
}

#[tokio::test]
async fn queues_are_listed_by_name_and_only_to_their_tenant() {
    let api = TestApi::start().await;
    let (acme, other) = (api.db.tenant("acme").await, api.db.tenant("other").await);
    for queue in ["b", "a", "b"] {
        api.db.submit(&acme, NewTask { queue: Some(queue.into()), ..echo(1) }).await;
    }
    let list = "query($names: [String!]) { queues(names: $names) { id name taskCounts { count } } }";
    let all = data(&api, &acme, list, json!({})).await["queues"].clone();
    assert_eq!((&all[0]["name"], &all[1]["name"], &all[1]["taskCounts"][0]["count"]), (&json!("a"), &json!("b"), &json!(2)));
    let some = data(&api, &acme, list, json!({"names": ["b", "x", "\u{0}"]})).await["queues"].clone();
    assert_eq!((some.as_array().unwrap().len(), &some[0]), (1, &all[1]));
    assert_eq!(data(&api, &other, list, json!({})).await["queues"], json!([]));
    let node = "query($id: ID!) { node(id: $id) { id } }";
    assert_eq!(data(&api, &other, node, json!({"id": all[0]["id"]})).await["node"], Value::Null);
    // Pausing a queue of that name is about one's own.
    data(&api, &other, PAUSE, json!({"input": {"name": "b"}})).await;
    let theirs = data(&api, &acme, "{ queues { name paused } }", json!({})).await["queues"].clone();
    assert_eq!(theirs[1], json!({"name": "b", "paused": false}));
    // A long list is as long as is asked for, and costs it.
    for (query, rows) in
        [("{ queues(first: 1) { name } }", "/queues"), ("{ taskCounts { byQueue(first: 1) { name } } }", "/taskCounts/byQueue")]
    {
        assert_eq!(data(&api, &acme, query, json!({})).await.pointer(rows), Some(&json!([{"name": "a"}])));
    }
    for rows in [0, 1_001] {
        assert_eq!(failure(&api, &acme, &format!("{{ queues(first: {rows}) {{ name }} }}"), json!({})).await, "BAD_USER_INPUT");
    }
    let long = "{ taskCounts { byQueue(first: 1000) { name count capped byStatus { status count capped } } } }";
    assert_eq!(failure(&api, &acme, long, json!({})).await, "QUERY_TOO_COMPLEX");
    let names: Vec<_> = (0..101).map(|n| n.to_string()).collect();
    assert_eq!(failure(&api, &acme, list, json!({"names": names})).await, "BAD_USER_INPUT");
}

#[tokio::test]
async fn what_no_queue_can_be_called_is_a_user_error() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    for (input, field) in [
        (json!({"name": "Über"}), "name"),
        (json!({"name": ""}), "name"),
        (json!({"name": "a\u{0}"}), "name"),
        (json!({"name": "a", "reason": ""}), "reason"),
        (json!({"name": "a", "reason": "x".repeat(129)}), "reason"),
    ] {
        for mutation in [PAUSE, RESUME] {
            let (_, answer) = execute(&api, &acme, mutation, json!({"input": input})).await;
            let payload = answer["data"].as_object().unwrap().values().next().unwrap().clone();
            assert_eq!(payload["userErrors"][0]["field"], json!(["input", field]), "{answer}");
            assert_eq!((&payload["queue"], &payload["userErrors"][0]["code"]), (&Value::Null, &json!("BAD_USER_INPUT")));
        }
    }
}
