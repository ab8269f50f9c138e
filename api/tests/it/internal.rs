//! What is our fault: the client gets an id, the log has the cause under it.

use std::io;
use std::sync::{Arc, LazyLock, Mutex};

use reqwest::Method;
use serde_json::{Value, json};
use tracing::Level;

use crate::support::{TestApi, problem};

/// Every error that this process logs, one JSON object per line.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_max_level(Level::ERROR).with_writer(move || writer.clone());
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    log
});

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// The lines of one request.
    fn of(&self, request_id: &str) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let of_request = |line: &&str| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["spans"].as_array().into_iter().flatten().any(|span| span["request_id"] == request_id)
        };
        text.lines().filter(of_request).map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn a_fault_of_the_database_has_the_requests_id_and_its_cause_in_the_log_alone() {
    let log = &*LOG;
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let task = api.submit(&acme).await;
    let path = format!("/v1/tasks/{}", task["id"].as_str().unwrap());
    api.run("ALTER TABLE tasks RENAME TO tasks_away").await;
    let send = async |id: &str, method: Method, path: &str, accept: &str, body: Option<Value>| {
        let request = api.request(&acme, method, path).header("x-request-id", id).header("accept", accept);
        match body {
            Some(body) => request.json(&body),
            None => request,
        }
        .send()
        .await
        .unwrap()
    };

    let rest = [
        ("rest-get", Method::GET, path.clone(), None),
        ("rest-post", Method::POST, "/v1/tasks".to_owned(), Some(json!({"kind": "echo", "payload": 1}))),
    ];
    for (id, method, path, body) in rest {
        let refused = problem(send(id, method, &path, "*/*", body).await, 500, "INTERNAL").await;
        assert_eq!((&refused["requestId"], &refused["detail"]), (&json!(id), &json!("internal error")));
    }
    let documents = [
        ("graphql-query", "{ tasks { edges { cursor } } }"),
        ("graphql-mutation", "mutation { createTask(input: {kind: \"echo\", payload: 1}) { task { id } } }"),
    ];
    for (id, document) in documents {
        let answer = send(id, Method::POST, "/graphql", "*/*", Some(json!({"query": document}))).await;
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["errors"][0]["message"], "internal error");
        assert_eq!(body["errors"][0]["extensions"], json!({"code": "INTERNAL", "requestId": id}));
    }
    let document = format!("subscription {{ taskUpdated(id: {}) {{ cursor }} }}", task["id"]);
    let body = Some(json!({"query": document}));
    let text = send("graphql-stream", Method::POST, "/graphql", "text/event-stream", body).await.text().await.unwrap();
    assert!(text.contains(r#""requestId":"graphql-stream""#) && !text.contains("tasks"), "{text}");

    for id in ["rest-get", "rest-post", "graphql-query", "graphql-mutation", "graphql-stream"] {
        let lines = log.of(id);
        assert!(lines.iter().any(|line| line.contains("relation") && line.contains("does not exist")), "{id}: {lines:?}");
    }
}
