//! The description that is served.

use reqwest::Method;
use serde_json::Value;

use crate::support::TestApi;

#[tokio::test]
async fn the_committed_description_is_served_without_a_key() {
    let api = TestApi::start().await;
    let response = api.anonymous(Method::GET, "/openapi.json").send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    let served = response.text().await.unwrap();
    let committed = include_str!("../../../../docs/openapi.json");
    assert!(served == committed, "docs/openapi.json is out of date: cargo run -p api --bin openapi -- docs/openapi.json");
}

#[test]
fn every_operation_says_what_it_does_and_what_can_go_wrong() {
    let document: Value = serde_json::from_str(&api::openapi()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["description"].is_string(), "{name}: {parameter}");
            }
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(response["headers"]["X-Request-Id"].is_object(), "{name} {status}");
                let problem = response["content"]["application/problem+json"]["schema"]["$ref"].as_str();
                assert_eq!(problem.is_some(), status.as_str() >= "400", "{name} {status}");
            }
            for status in ["400", "401", "406", "414", "500", "503"] {
                assert!(operation["responses"][status].is_object(), "{name} {status}");
            }
            operations.push(name);
        }
    }
    operations.sort_unstable();
    assert_eq!(
        operations,
        [
            "get /v1/tasks",
            "get /v1/tasks/{id}",
            "get /v1/tasks/{id}/audit",
            "post /v1/tasks",
            "post /v1/tasks/{id}/cancel",
            "post /v1/tasks/{id}/retry",
        ]
    );
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let told = property["description"].is_string() || property.to_string().contains("$ref");
            assert!(told, "{name}.{field} has no description");
        }
    }
}
