//! GraphQL documents.

use std::fmt::Write;

use domain::access::Scope;
use serde_json::json;

use super::*;

#[tokio::test]
async fn documents_that_nest_double_or_repeat_are_refused() {
    let system = System::start().await;
    let nested = |open: &str, n: usize, close: &str| format!("{{ node(id: {}1{}) {{ id }} }}", open.repeat(n), close.repeat(n));
    document(&system, &nested("[", 2_000, "]"), (400, "QUERY_TOO_DEEP")).await;
    document(&system, &nested("{a:", 1_500, "}"), (400, "QUERY_TOO_DEEP")).await;
    document(&system, &format!("{}id{}", "{ tasks { edges { node ".repeat(20), "} } }".repeat(20)), (400, "QUERY_TOO_DEEP"))
        .await;

    let mut bomb = String::new();
    for n in 0..26 {
        write!(bomb, "fragment F{n} on Query {{ ...F{m} ...F{m} }} ", m = n + 1).unwrap();
    }
    document(&system, &(bomb + "fragment F26 on Query { __typename } { ...F0 }"), (400, "QUERY_TOO_COMPLEX")).await;
    let cycle = "fragment A on Query { ...B } fragment B on Query { ...A } { ...A }";
    document(&system, cycle, (400, "GRAPHQL_VALIDATION_FAILED")).await;

    let aliases: String = (0..1_000).map(|n| format!("a{n}: __typename ")).collect();
    document(&system, &format!("{{ {aliases} }}"), (400, "QUERY_TOO_COMPLEX")).await;
    for (what, times) in [("__typename ", 3_900), ("__typename ", 10_000), ("__typename @skip(if: false) ", 600)] {
        let (status, body) = answered(graphql(&system).json(&json!({"query": format!("{{ {} }}", what.repeat(times))}))).await;
        assert!(status == 400 || status == 413, "{status}");
        assert!(["QUERY_TOO_COMPLEX", "QUERY_TOO_LARGE"].contains(&code(&body)), "{body}");
    }
    // Two tokens each, so that there are not too many of those.
    let directives = format!("{{ __typename {} }}", "@a ".repeat(1_000));
    let (status, body) = answered(graphql(&system).json(&json!({"query": directives}))).await;
    assert_eq!((status, code(&body)), (400, "QUERY_TOO_COMPLEX"), "{body}");
    assert!(body["errors"][0]["message"].as_str().unwrap().contains("directives"), "{body}");
    alive(system).await;
}

#[tokio::test]
async fn documents_too_long_for_any_use_are_refused_by_their_size() {
    let system = System::start().await;
    let comment = format!("# {}\n{{ __typename }}", "x".repeat(5_000_000));
    let string = format!("{{ node(id: \"{}\") {{ id }} }}", "x".repeat(1_000_000));
    for query in [comment, string] {
        document(&system, &query, (413, "QUERY_TOO_LARGE")).await;
    }
    alive(system).await;
}

#[tokio::test]
async fn a_mistake_is_named_and_nothing_is_suggested_that_was_not_asked() {
    let system = System::start().await;
    document(&system, "{", (400, "GRAPHQL_PARSE_FAILED")).await;
    nothing_is_suggested(&system).await;
    let unused: String = (0..300).map(|n| format!("$v{n}: Int ")).collect();
    let (status, body) = answered(graphql(&system).json(&json!({"query": format!("query Q({unused}) {{ __typename }}")}))).await;
    assert_eq!(status, 400);
    assert!(body["errors"].as_array().unwrap().len() <= 20);
    document(&system, r#"{ node(id: "\ud800") { id } }"#, (400, "GRAPHQL_PARSE_FAILED")).await;
    alive(system).await;
}

/// Misspelt names of every kind: what is said of them are the client's own words.
async fn nothing_is_suggested(system: &System) {
    for (query, near) in [
        ("{ taskss { liveCursor } }", "\"tasks\""),
        ("{ tasks { liveCursr } }", "liveCursor"),
        ("{ tasks(frst: 1) { liveCursor } }", "first"),
        ("{ tasks(filter: {knd: {eq: \"echo\"}}) { liveCursor } }", "kind"),
        ("query Q($f: TaskFiltr) { tasks(filter: $f) { liveCursor } }", "TaskFilter"),
        ("mutation { createTsk { userErrors { message } } }", "createTask"),
    ] {
        let (status, body) = answered(graphql(system).json(&json!({"query": query}))).await;
        assert_eq!((status, code(&body)), (400, "GRAPHQL_VALIDATION_FAILED"), "{query}: {body}");
        let text = body.to_string();
        assert!(!text.contains("Did you mean") && !text.contains(near), "{query}: {body}");
    }
}

#[tokio::test]
async fn a_schema_that_is_not_told_is_not_told_in_any_way() {
    // Production's default. Who administers the tenant may see it all the same.
    let mut system = System::start().await;
    let whole = "{ __schema { queryType { name } } }";
    assert_eq!(system.client.graphql(whole, json!({})).await["__schema"]["queryType"]["name"], "Query");
    system.client = system.client_for([Scope::TasksRead, Scope::TasksWrite].into_iter().collect()).await;
    for query in [
        "{ __schema { types { name } } }",
        "{ a: __schema { queryType { name } } }",
        "{ __type(name: \"Task\") { fields { name } } }",
        "{ ...F } fragment F on Query { __schema { types { name } } }",
        "mutation { __schema { types { name } } }",
    ] {
        document(&system, query, (400, "INTROSPECTION_DISABLED")).await;
    }
    nothing_is_suggested(&system).await;
    document(&system, "{ __typename }", (200, "")).await;
    alive(system).await;
}
