//! Documents made to hurt: answered with a code, and the process lives.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::graphql::{data, execute};
use crate::support::TestApi;

/// Each fragment spreads the next one twice.
pub(crate) fn bomb(fragments: usize) -> String {
    let mut text = String::from("query { ...f0 }\n");
    for i in 0..fragments {
        text += &format!("fragment f{i} on Query {{ ...f{0} ...f{0} }}\n", i + 1);
    }
    text + &format!("fragment f{fragments} on Query {{ __typename }}")
}

pub(crate) fn nested_lists(depth: usize) -> String {
    format!("{{ tasks(after: {}{}) {{ liveCursor }} }}", "[".repeat(depth), "]".repeat(depth))
}

pub(crate) fn nested_objects(depth: usize) -> String {
    format!("{{ tasks(filter: {}1{}) {{ liveCursor }} }}", "{a:".repeat(depth), "}".repeat(depth))
}

#[tokio::test]
async fn hostile_documents_are_answered_and_the_process_lives() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let many = |n: usize| "__typename ".repeat(n);
    let aliases: String = (0..1_000).map(|i| format!("a{i}: __typename ")).collect();
    for (document, status, code) in [
        (nested_lists(2_000), 400, "QUERY_TOO_DEEP"),
        (nested_lists(16_000), 400, "QUERY_TOO_DEEP"),
        (nested_objects(1_500), 400, "QUERY_TOO_DEEP"),
        ("{a".repeat(2_000), 400, "QUERY_TOO_DEEP"),
        (bomb(26), 400, "QUERY_TOO_COMPLEX"),
        (format!("{{ {} }}", many(3_000)), 400, "QUERY_TOO_COMPLEX"),
        (format!("{{ {aliases} }}"), 400, "QUERY_TOO_COMPLEX"),
        (format!("#{}", "x".repeat(1_000_000)), 413, "QUERY_TOO_LARGE"),
        (format!("{{ task(by: {{id: \"{}\"}}) {{ id }} }}", "x".repeat(1_000_000)), 413, "QUERY_TOO_LARGE"),
        ("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }".into(), 400, "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let (seen, answer) = execute(&api, &acme, &document, json!({})).await;
        let label = &document[..60];
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{label}: {answer}");
        assert_eq!(seen, StatusCode::from_u16(status).unwrap(), "{label}");
        assert!(answer.to_string().len() < 1_000, "{label}: a small answer");
        // An address is not as long as a body may be.
        if document.len() < 15_000 {
            let get = api.request(&acme, reqwest::Method::GET, "/graphql").query(&[("query", &document)]).send().await.unwrap();
            assert_eq!(get.status(), status, "GET {label}");
            let answer: Value = get.json().await.unwrap();
            assert_eq!(answer["errors"][0]["extensions"]["code"], code, "GET {label}: {answer}");
        }
    }
    let deep = "[".repeat(100_000);
    let body = format!("{{\"query\":\"{{ __typename }}\",\"variables\":{{\"v\":{deep}");
    let raw = api.request(&acme, reqwest::Method::POST, "/graphql").header("content-type", "application/json").body(body);
    let answer: Value = raw.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(data(&api, &acme, "{ __typename }", json!({})).await, json!({"__typename": "Query"}));
}

#[tokio::test]
async fn a_thousand_mistakes_make_a_small_answer() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let mistakes: String = (0..900).map(|i| format!("mistake{i} ")).collect();
    let query = format!("{{ tasks(first: 1) {{ {mistakes} }} }}");
    let (_, answer) = execute(&api, &acme, &query, json!({})).await;
    assert_eq!(answer["errors"].as_array().unwrap().len(), 20);
    assert!(answer.to_string().len() < 8_000, "{}", answer.to_string().len());
}
