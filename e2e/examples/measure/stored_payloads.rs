//! How much memory the API takes to read large payloads and results that are stored, beside what it takes when idle.

use std::time::Instant;

use e2e::System;
use futures_util::future::join_all;
use serde_json::json;

use crate::large_bodies::memory;

use crate::support::UNLIMITED;

/// `{"a":0}`, so many times: 64 KiB of text, for payload and result each, and 5.6 MiB as a tree of values.
const ITEMS: usize = 8_190;
const TASKS: usize = 100;
const AT_ONCE: usize = 16;

pub(crate) async fn run() {
    println!("request: resident before, peak for one, peak for {AT_ONCE} at once; length of the answer, slowest of these");
    for (name, path, query) in requests() {
        let system = System::start_with(UNLIMITED).await;
        system.db.finished_tasks(&system.acme, TASKS, &json!(vec![json!({"a": 0}); ITEMS])).await;
        send(&system, "/v1/tasks?kind=none", None).await;
        let before = memory(&system, "VmRSS");
        let bytes = send(&system, path, query.as_deref()).await;
        let one = memory(&system, "VmHWM");
        let begun = Instant::now();
        join_all((0..AT_ONCE).map(|_| send(&system, path, query.as_deref()))).await;
        let many = memory(&system, "VmHWM");
        println!("{name}: {before} MiB, {one} MiB, {many} MiB; {} KiB, {:.1} s", bytes / 1024, begun.elapsed().as_secs_f64());
    }
}

fn requests() -> Vec<(&'static str, &'static str, Option<String>)> {
    let list = |fields: &str| format!("tasks(first: 100) {{ edges {{ node {{ {fields} }} }} }}");
    let aliases = (0..10).fold(String::new(), |all, n| format!("{all} a{n}: {}", list("id")));
    vec![
        ("REST, a page of 100", "/v1/tasks?limit=100", None),
        ("GraphQL, ids of 100", "/graphql", Some(format!("{{ {} }}", list("id")))),
        ("GraphQL, ids of 100, ten times", "/graphql", Some(format!("{{ {aliases} }}"))),
        ("GraphQL, payloads of 100", "/graphql", Some(format!("{{ {} }}", list("payload")))),
        ("GraphQL, payloads and results of 100, twice", "/graphql", {
            let list = list("payload result");
            Some(format!("{{ a: {list} b: {list} }}"))
        }),
    ]
}

/// The length of the answer.
async fn send(system: &System, path: &str, query: Option<&str>) -> usize {
    let request = match query {
        Some(query) => system.client.request(reqwest::Method::POST, path).json(&json!({"query": query})),
        None => system.client.request(reqwest::Method::GET, path),
    };
    let answer = request.send().await.unwrap();
    assert!(matches!(answer.status().as_u16(), 200 | 503), "{}", answer.status());
    answer.bytes().await.unwrap().len()
}
