//! How much memory the API takes for the costliest bodies that it admits, alone and many at a time.

use std::time::Instant;

use e2e::System;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::UNLIMITED;

const BODY_BYTES: usize = 8 * 1024 * 1024;
/// As many commas, colons and brackets as are admitted, with some to spare for what stands around them.
const TOKENS: usize = 99_900;
const AT_ONCE: usize = 16;

const CREATE: &str = "mutation($tasks: [CreateTaskInput!]!) { createTasks(input: {tasks: $tasks}) {
    tasks { id payload } auditLogIds userErrors { field } } }";

pub(crate) async fn run() {
    println!("body: its size; resident before, peak for one, peak for {AT_ONCE} at once, slowest of these");
    for (name, body) in bodies() {
        assert!(body.len() <= BODY_BYTES, "{name}: {}", body.len());
        let system = System::start_with(UNLIMITED).await;
        send(&system, "{\"query\":\"{ __typename }\"}".into()).await;
        let before = memory(&system, "VmRSS");
        send(&system, body.clone()).await;
        let one = memory(&system, "VmHWM");
        let begun = Instant::now();
        join_all((0..AT_ONCE).map(|_| send(&system, body.clone()))).await;
        let many = memory(&system, "VmHWM");
        println!(
            "{name}: {:.1} MiB; {before} MiB, {one} MiB, {many} MiB, {:.1} s",
            mib(body.len()),
            begun.elapsed().as_secs_f64()
        );
    }
}

/// The most of everything: bytes in few strings or many, escapes, values, empty containers, names.
fn bodies() -> Vec<(&'static str, String)> {
    let unused = |v: String| format!("{{\"query\":\"{{ __typename }}\",\"variables\":{{\"v\":{v}}}}}");
    let list = |item: &str, count: usize| format!("[{}{item}]", format!("{item},").repeat(count - 1));
    let names = |bytes: usize, count: usize| {
        let fields: Vec<_> = (0..count).map(|n| format!("\"{n:0>bytes$}\":0")).collect();
        format!("{{{}}}", fields.join(","))
    };
    let tasks = |payload: Value, count: usize| {
        json!({"query": CREATE, "variables": {"tasks": vec![json!({"kind": "echo", "payload": payload}); count]}}).to_string()
    };
    vec![
        ("one string", unused(format!("\"{}\"", "x".repeat(BODY_BYTES - 100)))),
        ("one string of escapes", unused(format!("\"{}\"", "\\n".repeat((BODY_BYTES - 100) / 2)))),
        ("zeros", unused(list("0", TOKENS))),
        ("small strings", unused(list(&format!("\"{}\"", "x".repeat(78)), TOKENS))),
        ("empty lists", unused(list("[]", TOKENS / 3))),
        ("nested lists", unused(list(&format!("{}{}", "[".repeat(100), "]".repeat(100)), TOKENS / 201))),
        ("empty objects", unused(list("{}", TOKENS / 3))),
        ("objects of one field", unused(list("{\"a\":0}", TOKENS / 4))),
        ("short names", unused(names(6, TOKENS / 2))),
        ("long names", unused(names(160, TOKENS / 2))),
        ("1,000 tasks of 4 KB", tasks(json!({"text": "x".repeat(4_000)}), 1_000)),
        ("1,000 tasks of numbers", tasks(json!(vec![0; 88]), 1_000)),
        ("64 tasks of 64 KB", tasks(json!("x".repeat(65_000)), 64)),
    ]
}

async fn send(system: &System, body: String) {
    let request = system.client.request(reqwest::Method::POST, "/graphql").header("content-type", "application/json");
    let answer = request.body(body).send().await.unwrap();
    assert!(matches!(answer.status().as_u16(), 200 | 503), "{}", answer.status());
    answer.bytes().await.unwrap();
}

/// A line of the process's status, in MiB.
pub(crate) fn memory(system: &System, line: &str) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", system.api.id())).unwrap();
    let value = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':')).unwrap();
    value.trim().trim_end_matches(" kB").parse::<usize>().unwrap() / 1024
}

#[allow(clippy::cast_precision_loss, reason = "a size")]
fn mib(bytes: usize) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
