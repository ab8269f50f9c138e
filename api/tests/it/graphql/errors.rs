//! The shapes of errors, as snapshots: clients are written against them.

use insta::assert_json_snapshot;
use serde_json::{Value, json};
use testkit::echo;

use super::{execute, failure};
use crate::support::TestApi;

async fn answer(api: &TestApi, tenant: &testkit::Tenant, query: &str, variables: Value) -> Value {
    let (status, answer) = execute(api, tenant, query, variables).await;
    json!({"status": status.as_u16(), "body": answer})
}

#[tokio::test]
async fn errors_have_stable_shapes() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let id = api.db.submit(&acme, echo(1)).await.id;
    let none = json!({});
    assert_json_snapshot!("parse_error", answer(&api, &acme, "{ tasks(first: }", none.clone()).await);
    assert_json_snapshot!("validation_error", answer(&api, &acme, "{ tasks { nodes } }", none.clone()).await);
    assert_json_snapshot!(
        "argument_out_of_range",
        answer(&api, &acme, "{ tasks(first: 101) { pageInfo { endCursor } } }", none.clone()).await
    );
    assert_json_snapshot!("malformed_id", answer(&api, &acme, "{ task(by: {id: \"x\"}) { id } }", none.clone()).await);
    assert_json_snapshot!(
        "invalid_cursor",
        answer(&api, &acme, "{ tasks(after: \"x\") { pageInfo { endCursor } } }", none.clone()).await
    );
    assert_json_snapshot!("too_deep", answer(&api, &acme, &"{a".repeat(60), none.clone()).await);
    let invalid = "mutation { createTask(input: {kind: \"http\", payload: {url: 1}, priority: 200}) { task { id } auditLogIds userErrors { field message code } } }";
    assert_json_snapshot!("user_errors", answer(&api, &acme, invalid, none.clone()).await);
    let conflict =
        "mutation($id: ID!) { retryTask(input: {id: $id}) { task { id } auditLogIds userErrors { field message code } } }";
    assert_json_snapshot!("conflict", answer(&api, &acme, conflict, json!({"id": id})).await);
    let unauthenticated =
        api.anonymous(reqwest::Method::POST, "/graphql").json(&json!({"query": "{ __typename }"})).send().await.unwrap();
    assert_eq!(unauthenticated.headers()["www-authenticate"], "Bearer");
    assert_eq!(unauthenticated.headers()["content-type"], "application/json; charset=utf-8");
    let unauthenticated =
        json!({"status": unauthenticated.status().as_u16(), "body": unauthenticated.json::<Value>().await.unwrap()});
    assert_json_snapshot!("unauthenticated", unauthenticated);
}

#[tokio::test]
async fn malformed_values_are_errors_and_never_faults() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    for (query, variables) in [
        ("query($v: Int) { tasks(first: $v) { pageInfo { endCursor } } }", json!({"v": 2_147_483_648_u32})),
        ("query($v: Int) { tasks(first: $v) { pageInfo { endCursor } } }", json!({"v": -1})),
        ("query($v: Int) { tasks(first: $v) { pageInfo { endCursor } } }", json!({"v": 0})),
        ("query($v: Int) { tasks(first: $v) { pageInfo { endCursor } } }", json!({"v": "1"})),
        ("query($v: ID!) { task(by: {id: $v}) { id } }", json!({"v": "{0192f0c4-1111-7222-8333-444455556666}"})),
        ("query($v: ID!) { task(by: {id: $v}) { id } }", json!({"v": "\u{0}"})),
        ("query($v: ID!) { auditLogs(filter: {taskId: {eq: $v}}) { pageInfo { endCursor } } }", json!({"v": "zzz"})),
        ("query($v: String) { tasks(filter: {queue: {eq: $v}}) { pageInfo { endCursor } } }", json!({"v": "a\u{0}b"})),
        ("query($v: String) { tasks(filter: {kind: {eq: $v}}) { pageInfo { endCursor } } }", json!({"v": "x".repeat(256)})),
        ("query($v: String) { auditLogs(filter: {actor: {eq: $v}}) { pageInfo { endCursor } } }", json!({"v": "\u{0}"})),
        (
            "query($v: [AuditAction!]) { auditLogs(filter: {action: {in: $v}}) { pageInfo { endCursor } } }",
            json!({"v": ["UNKNOWN"]}),
        ),
        (
            "query($v: DateTime) { auditLogs(filter: {timestamp: {gte: $v}}) { pageInfo { endCursor } } }",
            json!({"v": "infinity"}),
        ),
        (
            "query($v: DateTime) { auditLogs(filter: {timestamp: {gte: $v}}) { pageInfo { endCursor } } }",
            json!({"v": "2026-01-01T00:00:60Z"}),
        ),
        ("mutation($v: ID!) { cancelTask(input: {id: $v}) { task { id } } }", json!({"v": ""})),
        (
            "mutation($v: DateTime) { createTask(input: {kind: \"echo\", payload: 1, runAt: $v}) { task { id } } }",
            json!({"v": "0"}),
        ),
        ("mutation { createTask(input: {kind: \"echo\", payload: 1, priority: 3000000000}) { task { id } } }", json!({})),
    ] {
        let code = failure(&api, &acme, query, variables.clone()).await;
        assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&code.as_str()), "{query} {variables}: {code}");
    }
}

#[tokio::test]
async fn an_error_leaves_the_other_fields_alone() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let query = "{ bad: tasks(first: 0) { pageInfo { endCursor } } good: tasks { edges { node { id } } } worse: task(by: {id: \"x\"}) { id } }";
    let (_, answer) = execute(&api, &acme, query, json!({})).await;
    assert_eq!(answer["data"], json!({"bad": null, "good": {"edges": []}, "worse": null}));
    let paths: Vec<_> = answer["errors"].as_array().unwrap().iter().map(|e| e["path"].to_string()).collect();
    assert_eq!(paths, ["[\"bad\"]", "[\"worse\"]"]);
}
