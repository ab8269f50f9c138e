//! Documents that abort an unguarded server: answered with a code, and the process lives.

use e2e::System;
use serde_json::{Value, json};

async fn code_of(system: &System, query: String) -> Value {
    let answer = system.client.request(reqwest::Method::POST, "/graphql").json(&json!({"query": query})).send().await.unwrap();
    assert!(answer.status().as_u16() < 500, "{}", answer.status());
    let body: Value = answer.json().await.unwrap();
    body["errors"][0]["extensions"]["code"].clone()
}

#[tokio::test]
async fn nested_literals_and_fragment_bombs_are_refused_and_the_process_lives() {
    let mut system = System::start().await;
    for n in [2_000, 8_000] {
        let lists = format!("{{ task(by: {}{}) {{ id }} }}", "[".repeat(n), "]".repeat(n));
        let objects = format!("{{ task(by: {}1{}) {{ id }} }}", "{a:".repeat(n), "}".repeat(n));
        let selections = format!("{{ {} id {} }}", "task { ".repeat(n), "}".repeat(n));
        for query in [lists, objects, selections] {
            assert_eq!(code_of(&system, query).await, "QUERY_TOO_DEEP");
        }
    }
    let bomb: String = (0..26)
        .map(|n| format!("fragment F{n} on Query {{ ...F{m} ...F{m} }} ", m = n + 1))
        .chain(["fragment F26 on Query { __typename } { ...F0 }".to_owned()])
        .collect();
    assert_eq!(code_of(&system, bomb.clone()).await, "QUERY_TOO_COMPLEX");
    let cycle = "fragment A on Query { ...B } fragment B on Query { ...A } { ...A }";
    assert!(code_of(&system, cycle.into()).await.is_string());

    // The same by GET and as an event stream, which are other ways to the same guard.
    for query in [format!("{{ task(by: {}", "[".repeat(2_000)), "{a".repeat(2_000), bomb] {
        let get = system.client.request(reqwest::Method::GET, "/graphql").query(&[("query", &query)]);
        let events = system.client.request(reqwest::Method::POST, "/graphql").header("accept", "text/event-stream");
        for request in [get, events.json(&json!({"query": query}))] {
            let answer = request.send().await.unwrap();
            assert!(answer.status().as_u16() < 500, "{}", answer.status());
            let text = answer.text().await.unwrap();
            assert!(text.contains("QUERY_TOO_DEEP") || text.contains("QUERY_TOO_COMPLEX"), "{text}");
        }
    }

    // And over the websocket.
    let mut socket = system.client.socket().await;
    socket.subscribe(&format!("{{ task(by: {}{}) {{ id }} }}", "[".repeat(5_000), "]".repeat(5_000)), json!({})).await;
    assert_eq!(system.client.graphql("{ __typename }", json!({})).await["__typename"], "Query");
    let (status, _) = system.api.terminate().await;
    assert!(status.success(), "it ended only when told to: {status}");
    system.db.assert_invariants().await;
}
