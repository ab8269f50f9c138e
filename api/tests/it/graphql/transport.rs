//! What is a GraphQL request over HTTP, and what is not.

use domain::access::Scope;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::{data, execute, failure};
use crate::support::TestApi;

async fn refused(answer: Response, status: u16, code: &str) {
    assert_eq!(answer.status(), status);
    assert_eq!(answer.headers()["content-type"], "application/json; charset=utf-8");
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
    refused(api.request(&acme, Method::PUT, "/graphql").send().await.unwrap(), 405, "METHOD_NOT_ALLOWED").await;
    assert_eq!(data(&api, &acme, "{ __typename }", json!({})).await, json!({"__typename": "Query"}));
}

#[tokio::test]
async fn a_get_reads_and_never_writes() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let get = |query: &str| api.request(&acme, Method::GET, "/graphql").query(&[("query", query)]);
    let answer = get("query A { __typename } query Q($n: Int!) { tasks(first: $n) { edges { cursor } } }");
    let answer = answer.query(&[("operationName", "Q"), ("variables", "{\"n\":1}"), ("extensions", "{}")]).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["cache-control"]), (200, &"no-store".parse().unwrap()));
    assert_eq!(answer.json::<Value>().await.unwrap()["data"], json!({"tasks": {"edges": []}}));
    let head = api.request(&acme, Method::HEAD, "/graphql").query(&[("query", "{ __typename }")]).send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.bytes().await.unwrap().len()), (200, 0));

    let create = "mutation { createTask(input: {kind: \"echo\", payload: 1}) { task { id } } }";
    let answer = get(create).send().await.unwrap();
    assert_eq!(answer.headers()["allow"], "POST");
    refused(answer, 405, "METHOD_NOT_ALLOWED").await;
    assert_eq!(data(&api, &acme, "{ tasks { edges { cursor } } }", json!({})).await, json!({"tasks": {"edges": []}}));

    refused(get("subscription { taskUpdated(filter: {}) { cursor } }").send().await.unwrap(), 400, "BAD_USER_INPUT").await;
    refused(get("{ __typename }").query(&[("query", "{ __typename }")]).send().await.unwrap(), 400, "BAD_USER_INPUT").await;
    refused(api.get(&acme, "/graphql").await, 400, "BAD_USER_INPUT").await;
    refused(api.anonymous(Method::GET, "/graphql?query=%7B__typename%7D").send().await.unwrap(), 401, "UNAUTHENTICATED").await;
}

#[tokio::test]
async fn the_answer_has_the_media_type_that_the_client_likes() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let post = async |accept: &str, query: &str| {
        let request = api.request(&acme, Method::POST, "/graphql").header("accept", accept).json(&json!({"query": query}));
        let answer = request.send().await.unwrap();
        let media = answer.headers()["content-type"].to_str().unwrap().to_owned();
        (answer.status().as_u16(), media, answer.json::<Value>().await.unwrap())
    };
    let (json_type, graphql_type) = ("application/json; charset=utf-8", "application/graphql-response+json; charset=utf-8");
    for (accept, query, status, media) in [
        ("*/*", "{ __typename }", 200, json_type),
        ("application/graphql-response+json, application/json;q=0.9", "{ __typename }", 200, graphql_type),
        ("application/json", "{ nonsense }", 200, json_type),
        ("application/graphql-response+json", "{ nonsense }", 400, graphql_type),
        ("application/graphql-response+json", "{", 400, graphql_type),
        ("application/graphql-response+json", "{ tasks(first: 0) { edges { cursor } } }", 200, graphql_type),
        ("image/png", "{ __typename }", 406, json_type),
        ("application/graphql-response+json", "subscription { taskUpdated(filter: {}) { cursor } }", 400, graphql_type),
    ] {
        let (seen, seen_media, body) = post(accept, query).await;
        assert_eq!((seen, seen_media.as_str()), (status, media), "{accept} {query}: {body}");
        assert_eq!(body.get("data").is_some(), status == 200 && query != "{ nonsense }", "{body}");
    }
}

#[tokio::test]
async fn a_mutation_without_its_variables_writes_nothing() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let query = "mutation($first: JSON!, $second: JSON!) {
        a: createTask(input: {kind: \"echo\", payload: $first}) { task { id } }
        b: createTask(input: {kind: \"echo\", payload: $second}) { task { id } }
    }";
    assert_eq!(failure(&api, &acme, query, json!({"first": 1})).await, "BAD_USER_INPUT");
    let twice = "mutation { createTask(input: {kind: \"echo\", payload: {a: 1, a: 2}}) { task { id } } }";
    assert_eq!(failure(&api, &acme, twice, json!({})).await, "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(data(&api, &acme, "{ tasks { edges { cursor } } }", json!({})).await, json!({"tasks": {"edges": []}}));
}

#[tokio::test]
async fn the_schema_can_be_kept_to_oneself() {
    let config = api::Config { introspection: api::config::Introspection(false), ..api::Config::default() };
    let api = TestApi::start_with(config).await;
    let administrator = api.db.tenant("acme").await;
    let shown = data(&api, &administrator, "{ __type(name: \"Task\") { name } }", json!({})).await;
    assert_eq!(shown["__type"]["name"], "Task", "who administers the tenant may see it");
    let acme = api.db.key("acme", "reader", [Scope::TasksRead].into_iter().collect()).await;
    for query in ["{ __schema { types { name } } }", "{ a: __type(name: \"Task\") { name } }"] {
        let (status, answer) = execute(&api, &acme, query, json!({})).await;
        assert_eq!(
            (status.as_u16(), &answer["errors"][0]["extensions"]["code"]),
            (400, &json!("INTROSPECTION_DISABLED")),
            "{answer}"
        );
        assert_eq!(answer.get("data"), None, "{answer}");
    }
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
    let body = |query: &str| json!({"query": query});
    let refused: Value = api.post(&acme, "/graphql", &body(costly)).await.json().await.unwrap();
    let extensions = &refused["errors"][0]["extensions"];
    assert_eq!(extensions["limit"], 5_000, "{refused}");
    assert!(extensions["cost"].as_u64().unwrap() > 100 * 100, "{refused}");
    let cheap: Value = api.post(&acme, "/graphql", &body("{ viewer { keyId } }")).await.json().await.unwrap();
    assert!((1..10).contains(&cheap["extensions"]["cost"].as_u64().unwrap()), "{cheap}");
    let hidden = "query($n: Int) { tasks(first: 100) { edges { node { auditLogs(first: $n) { edges { node { id } } } } } } }";
    assert_eq!(failure(&api, &acme, hidden, json!({"n": 100})).await, "QUERY_TOO_COMPLEX");
    let negative = "{ tasks(first: -1) { edges { node { id } } } }";
    assert_eq!(failure(&api, &acme, negative, json!({})).await, "BAD_USER_INPUT");
    let deep = format!("{{ __schema {{ types {{ fields {{ type {} name {} }} }} }} }}", "{ ofType ".repeat(12), "}".repeat(12));
    assert_eq!(failure(&api, &acme, &deep.replace("ofType  name", "ofType { name }"), json!({})).await, "QUERY_TOO_DEEP");
    let directives = format!("{{ __typename {} }}", "@include(if: true) ".repeat(51));
    assert_eq!(failure(&api, &acme, &directives, json!({})).await, "QUERY_TOO_COMPLEX");
}
