//! What is a GraphQL request over HTTP, and what is not.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::{data, failure};
use crate::support::TestApi;

async fn refused(answer: Response, status: u16, code: &str) {
    assert_eq!(answer.status(), status);
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], code, "{body}");
    assert_eq!(body.get("data"), None, "{body}");
}

#[tokio::test]
async fn only_one_json_request_per_post_is_taken() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let query = json!({"query": "{ __typename }"});
    let post = || api.request(&acme, Method::POST, "/graphql");
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/mixed"]
    {
        let answer = post().header("content-type", content_type).body(query.to_string()).send().await.unwrap();
        refused(answer, 415, "UNSUPPORTED_MEDIA_TYPE").await;
    }
    refused(post().body(query.to_string()).send().await.unwrap(), 415, "UNSUPPORTED_MEDIA_TYPE").await;
    let gzip = post().header("content-encoding", "gzip").json(&query).send().await.unwrap();
    refused(gzip, 415, "UNSUPPORTED_MEDIA_TYPE").await;
    refused(post().json(&json!([query, query])).send().await.unwrap(), 400, "BATCHING_DISABLED").await;
    for body in [json!(null), json!({}), json!({"query": 1}), json!({"query": "{ __typename }", "variables": [1]})] {
        refused(post().json(&body).send().await.unwrap(), 400, "BAD_USER_INPUT").await;
    }
    let with = |v: Value| json!({"query": "{ __typename }", "variables": {"v": v}});
    for large in [json!("x".repeat(8 << 20)), json!(vec![0; 100_000])] {
        refused(post().json(&with(large)).send().await.unwrap(), 413, "PAYLOAD_TOO_LARGE").await;
    }
    assert_eq!(post().json(&with(json!("x".repeat(8_000_000)))).send().await.unwrap().status(), 200);
    refused(api.get(&acme, "/graphql?query={__typename}").await, 426, "UPGRADE_REQUIRED").await;
    refused(api.request(&acme, Method::PUT, "/graphql").send().await.unwrap(), 405, "METHOD_NOT_ALLOWED").await;
    assert_eq!(data(&api, &acme, "{ __typename }", json!({})).await, json!({"__typename": "Query"}));
}

#[tokio::test]
async fn nobody_without_a_key_is_answered() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let post = || api.anonymous(Method::POST, "/graphql").json(&json!({"query": "{ __typename }"}));
    refused(post().send().await.unwrap(), 401, "UNAUTHENTICATED").await;
    let wrong = format!("{}x", acme.key);
    refused(post().bearer_auth(wrong).send().await.unwrap(), 401, "UNAUTHENTICATED").await;
}

#[tokio::test]
async fn operations_are_limited_in_cost_and_depth() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let task = "id databaseId status kind queue priority payload result attempt maxAttempts timeoutSeconds runAt createdAt \
                updatedAt finishedAt version reference workerId error { code message }";
    // What a full page of a table needs passes.
    data(
        &api,
        &acme,
        &format!("{{ tasks(first: 100) {{ edges {{ cursor node {{ {task} }} }} pageInfo {{ endCursor }} liveCursor }} }}"),
        json!({}),
    )
    .await;
    data(&api, &acme, "{ tasks { edges { node { id auditLogs(first: 10) { edges { node { action } } } } } } }", json!({})).await;
    let costly = "{ tasks(first: 100) { edges { node { auditLogs(first: 100) { edges { node { id } } } } } } }";
    assert_eq!(failure(&api, &acme, costly, json!({})).await, "QUERY_TOO_COMPLEX");
    let hidden = "query($n: Int) { tasks(first: 100) { edges { node { auditLogs(first: $n) { edges { node { id } } } } } } }";
    assert_eq!(failure(&api, &acme, hidden, json!({"n": 100})).await, "QUERY_TOO_COMPLEX");
    let negative = "{ tasks(first: -1) { edges { node { id } } } }";
    assert_eq!(failure(&api, &acme, negative, json!({})).await, "BAD_USER_INPUT");
    let deep = format!("{{ __schema {{ types {{ fields {{ type {} name {} }} }} }} }}", "{ ofType ".repeat(12), "}".repeat(12));
    assert_eq!(failure(&api, &acme, &deep.replace("ofType  name", "ofType { name }"), json!({})).await, "QUERY_TOO_DEEP");
    let directives = format!("{{ __typename {} }}", "@include(if: true) ".repeat(6));
    assert_eq!(failure(&api, &acme, &directives, json!({})).await, "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn the_page_is_there_when_switched_on() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let page = api.anonymous(Method::GET, "/graphiql").send().await.unwrap();
    assert_eq!(page.status(), 200);
    let text = page.text().await.unwrap();
    assert!(text.contains("createUrl('/graphql', true)") || text.contains("/graphql"), "{text}");
    assert!(!text.contains(&acme.key));
    let off = TestApi::start_with(api::Config::default()).await;
    assert_eq!(off.anonymous(Method::GET, "/graphiql").send().await.unwrap().status(), 404);
}
