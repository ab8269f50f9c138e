//! Requests in one line.

use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::Tenant;

use crate::support::TestApi;

/// The whole answer, with its status.
pub(crate) async fn execute(api: &TestApi, tenant: &Tenant, query: &str, variables: Value) -> (StatusCode, Value) {
    let answer = api.post(tenant, "/graphql", &json!({"query": query, "variables": variables})).await;
    assert_eq!(answer.headers()["content-type"], "application/json; charset=utf-8");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(answer.headers().contains_key("x-request-id"));
    (answer.status(), answer.json().await.unwrap())
}

/// The data of an answer without errors.
pub(crate) async fn data(api: &TestApi, tenant: &Tenant, query: &str, variables: Value) -> Value {
    let (status, answer) = execute(api, tenant, query, variables).await;
    assert_eq!((status, answer.get("errors")), (StatusCode::OK, None), "{answer}");
    answer["data"].clone()
}

/// The code of the first error of an answer.
pub(crate) async fn failure(api: &TestApi, tenant: &Tenant, query: &str, variables: Value) -> String {
    let (_, answer) = execute(api, tenant, query, variables).await;
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no code: {answer}")).to_owned()
}
