//! The life of a task over GraphQL, REST and websocket.

use e2e::System;
use serde_json::json;

const UPDATES: &str =
    "subscription($id: ID!) { taskUpdated(id: $id) { version change { action actor attempt timestamp } task { status } } }";

#[tokio::test]
async fn submitted_over_graphql_run_watched_live_and_audited() {
    let system = System::start().await;
    let create = "mutation($input: CreateTaskInput!) { createTask(input: $input) { task { id databaseId status } userErrors { message } } }";
    let created = system.client.graphql(create, json!({"input": {"kind": "echo", "payload": {"n": 1}}})).await;
    let task = &created["createTask"]["task"];
    assert_eq!(task["status"], "PENDING");
    let mut socket = system.client.socket().await;
    let updates = socket.subscribe(UPDATES, json!({"id": task["id"]})).await;
    let present = socket.next(&updates).await["taskUpdated"].clone();
    assert_eq!((&present["version"], &present["task"]["status"]), (&json!(1), &json!("PENDING")));

    let _worker = system.worker().await;
    let mut actions = vec![present["change"]["action"].clone()];
    for version in 2..=3 {
        let update = socket.next(&updates).await["taskUpdated"].clone();
        assert_eq!(update["version"], version);
        actions.push(update["change"]["action"].clone());
    }
    assert_eq!(actions, ["TASK_CREATED", "TASK_STARTED", "TASK_COMPLETED"]);

    let query = "query($id: ID!) { task(by: {id: $id}) { status result attempt auditLogs(first: 10) { edges { node { action actor attempt timestamp seq } } } } }";
    let done = system.client.graphql(query, json!({"id": task["id"]})).await["task"].clone();
    assert_eq!((&done["status"], &done["result"], &done["attempt"]), (&json!("DONE"), &json!({"n": 1}), &json!(1)));
    let rows = done["auditLogs"]["edges"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0]["node"]["actor"], format!("user:{}", system.acme.user_id));
    assert!(rows[1]["node"]["actor"].as_str().unwrap().starts_with("worker:"));
    assert_eq!(rows[2]["node"]["attempt"], 1);
    system.db.assert_invariants().await;
}

#[tokio::test]
async fn submitted_over_rest_and_read_back_with_its_trail() {
    let system = System::start().await;
    let _worker = system.worker().await;
    let task = system.client.submit("sleep", json!({"milliseconds": 1})).await;
    let id = task["id"].as_str().unwrap();
    system.until_status(id, "done").await;
    let audit = system.client.audit(id).await;
    let actions: Vec<_> = audit.iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["task.created", "task.started", "task.completed"]);
    for row in &audit {
        assert!(row["timestamp"].as_str().unwrap().ends_with('Z') && row["actor"].is_string());
    }
    system.db.assert_invariants().await;
}

#[tokio::test]
async fn a_subscription_by_filter_sees_every_change_of_every_task_of_the_queue_and_no_other() {
    let system = System::start().await;
    let mut socket = system.client.socket().await;
    let query = "subscription($f: TaskFilter!) { taskUpdated(filter: $f) { version task { databaseId queue } } }";
    let updates = socket.subscribe(query, json!({"f": {"queue": {"eq": "watched"}}})).await;
    // Its first answer proves that it is live: submit until one is heard.
    let mut submitted = vec![];
    let heard = loop {
        let task = system.client.submit_with(json!({"kind": "echo", "payload": 1, "queue": "watched"})).await;
        submitted.push(task["id"].as_str().unwrap().to_owned());
        let next = socket.next(&updates);
        if let Ok(update) = tokio::time::timeout(std::time::Duration::from_secs(2), next).await {
            break update["taskUpdated"].clone();
        }
    };
    system.client.submit_with(json!({"kind": "echo", "payload": 1, "queue": "other"})).await;
    let last = system.client.submit_with(json!({"kind": "echo", "payload": 1, "queue": "watched"})).await;
    let last = last["id"].as_str().unwrap();
    let _worker = system.worker().await;
    let mut versions = vec![];
    let mut update = heard;
    loop {
        assert_eq!(update["task"]["queue"], "watched");
        if update["task"]["databaseId"] == last {
            versions.push(update["version"].as_i64().unwrap());
        }
        if versions == [1, 2, 3] {
            break;
        }
        assert!([1, 2, 3].starts_with(&versions), "{versions:?}");
        update = socket.next(&updates).await["taskUpdated"].clone();
    }
    system.db.assert_invariants().await;
}

#[tokio::test]
async fn an_http_task_calls_its_target_once_with_its_idempotency_key() {
    let target = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = target.local_addr().unwrap();
    let system = System::start().await;
    let _worker = system.worker().await;
    let task = system.client.submit("http", json!({"url": format!("http://{address}/hook"), "body": {"a": 1}})).await;
    let id = task["id"].as_str().unwrap();
    let (mut stream, _) = target.accept().await.unwrap();
    let request = read_request(&mut stream).await;
    assert!(request.starts_with("POST /hook HTTP/1.1\r\n"), "{request}");
    assert!(request.to_lowercase().contains(&format!("idempotency-key: {id}\r\n")), "{request}");
    assert!(request.ends_with("{\"a\":1}"), "{request}");
    use tokio::io::AsyncWriteExt;
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi").await.unwrap();
    system.until_status(id, "done").await;
    let result = system.client.get(id).await["result"].clone();
    assert_eq!((&result["status"], &result["body"]), (&json!(200), &json!("hi")));
    system.db.assert_invariants().await;
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> String {
    use tokio::io::AsyncReadExt;
    let mut seen = Vec::new();
    while !seen.ends_with(b"{\"a\":1}") {
        let mut buffer = [0; 4096];
        let n = stream.read(&mut buffer).await.unwrap();
        assert!(n > 0, "the request ended early: {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&buffer[..n]);
    }
    String::from_utf8(seen).unwrap()
}
