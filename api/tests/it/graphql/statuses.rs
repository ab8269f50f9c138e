//! What becomes of a request, by outcome and media type: one row each, as a client sees it.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::Tenant;

use crate::support::TestApi;

const LEGACY: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

/// Status, first code, and whether there is `data`.
async fn outcome(api: &TestApi, tenant: &Tenant, accept: &str, body: &Value) -> (u16, String, bool) {
    let request = api.request(tenant, Method::POST, "/graphql").header("accept", accept).json(body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], format!("{accept}; charset=utf-8"));
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    let code = body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned();
    for error in body["errors"].as_array().into_iter().flatten() {
        assert!(error["extensions"]["code"].is_string() && error["message"].as_str().unwrap().len() <= 200, "{error}");
        assert!(!error.to_string().contains("Did you mean"), "{error}");
    }
    (status, code, body.get("data").is_some())
}

#[tokio::test]
async fn each_outcome_has_its_status_in_either_media_type() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let q = |query: &str| json!({"query": query});
    let with = |query: &str, variables: Value| json!({"query": query, "variables": variables});
    let two = "query A { __typename } query B { __typename }";
    let page = "{ edges { cursor } }";
    let (valid, invalid) = ("GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT");
    for (body, code, legacy, graphql, data) in [
        (q("{ __typename }"), "", 200, 200, true),
        (with("query($x: Int) { tasks(first: $x) { edges { cursor } } }", json!({"x": 1, "unknown": 2})), "", 200, 200, true),
        (json!({"query": two, "operationName": "B", "extensions": {"a": 1}, "more": 1}), "", 200, 200, true),
        (json!({"query": "{ __typename }", "operationName": ""}), "", 200, 200, true),
        // Executed, but a field fails.
        (q(&format!("{{ tasks(first: 0) {page} }}")), invalid, 200, 200, true),
        (q(&format!("{{ tasks(first: -1) {page} }}")), invalid, 200, 200, true),
        (q(&format!("{{ tasks(first: 101) {page} }}")), invalid, 200, 200, true),
        (q("{ task(id: \"x\") { id } }"), invalid, 200, 200, true),
        // No GraphQL, not of this schema, not its variables.
        (q("{"), "GRAPHQL_PARSE_FAILED", 200, 400, false),
        (q("{ tasks(first: 1e999) { edges { cursor } } }"), "GRAPHQL_PARSE_FAILED", 200, 400, false),
        (q("{ task(id: \"\\ud800\") { id } }"), "GRAPHQL_PARSE_FAILED", 200, 400, false),
        (q("{ tsks { edges { cursor } } }"), valid, 200, 400, false),
        (q("{ tasks(fist: 1) { edges { cursor } } }"), valid, 200, 400, false),
        (with("query($v: Int!) { tasks(first: $v) { edges { cursor } } }", json!({})), invalid, 200, 400, false),
        (with("query($v: Int!) { tasks(first: $v) { edges { cursor } } }", json!({"v": null})), invalid, 200, 400, false),
        (with("query($v: Int) { tasks(first: $v) { edges { cursor } } }", json!({"v": "1"})), valid, 200, 400, false),
        // Refused.
        (q(two), invalid, 400, 400, false),
        (json!({"query": two, "operationName": "C"}), invalid, 400, 400, false),
        (q("{ ...a } fragment a on Query { ...a }"), valid, 400, 400, false),
        (q("subscription { taskUpdated(filter: {}) { cursor } __typename }"), valid, 400, 400, false),
        (q("mutation { createTask(input: {kind: \"echo\", payload: {a: 1, a: 2}}) { task { id } } }"), valid, 400, 400, false),
        (q("subscription { taskUpdated(filter: {}) { cursor } }"), invalid, 400, 400, false),
        (q(&"{a".repeat(60)), "QUERY_TOO_DEEP", 400, 400, false),
        (q(&format!("{{ {} }}", "__typename ".repeat(30))), "QUERY_TOO_COMPLEX", 400, 400, false),
        (
            q("{ tasks(first: 100) { edges { node { auditLogs(first: 100) { edges { node { id } } } } } } }"),
            "QUERY_TOO_COMPLEX",
            400,
            400,
            false,
        ),
        (q(&format!("#{}", "x".repeat(70_000))), "QUERY_TOO_LARGE", 413, 413, false),
        (json!([]), "BATCHING_DISABLED", 400, 400, false),
        (json!({"query": "{ __typename }", "extensions": 1}), invalid, 400, 400, false),
    ] {
        let label = body.to_string().chars().take(120).collect::<String>();
        assert_eq!(outcome(&api, &acme, LEGACY, &body).await, (legacy, code.into(), data), "{LEGACY}: {label}");
        assert_eq!(outcome(&api, &acme, GRAPHQL, &body).await, (graphql, code.into(), data), "{GRAPHQL}: {label}");
    }
}

#[tokio::test]
async fn errors_before_any_handler_look_like_the_others() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let stranger = api.anonymous(Method::POST, "/graphql").header("accept", GRAPHQL).json(&json!({})).send().await.unwrap();
    let wrong = api.request(&acme, Method::DELETE, "/graphql").header("accept", GRAPHQL).send().await.unwrap();
    for (answer, status, code) in [(stranger, 401, "UNAUTHENTICATED"), (wrong, 405, "METHOD_NOT_ALLOWED")] {
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["content-type"], format!("{GRAPHQL}; charset=utf-8"));
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(answer.json::<Value>().await.unwrap()["errors"][0]["extensions"]["code"], code);
    }
}
