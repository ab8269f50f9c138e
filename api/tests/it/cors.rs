//! What pages of other origins may do: the headers that browsers go by.

use api::Config;
use api::origins::Origins;
use reqwest::{Method, Response};
use serde_json::json;

use crate::support::TestApi;

const APP: &str = "https://app.example.com";
const STRANGER: &str = "https://evil.example";

async fn api() -> TestApi {
    TestApi::start_with(Config { origins: Origins::of([APP, "http://localhost:5173"]), ..Config::default() }).await
}

async fn preflight(api: &TestApi, path: &str, origin: &str) -> Response {
    let request = api.anonymous(Method::OPTIONS, path).header("origin", origin);
    let request = request.header("access-control-request-method", "POST");
    request.header("access-control-request-headers", "authorization,content-type,idempotency-key").send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

/// The items of a header that is a list, in lower case.
fn list(response: &Response, name: &str) -> Vec<String> {
    let values = response.headers().get_all(name).iter().map(|value| value.to_str().unwrap());
    values.flat_map(|value| value.split(',')).map(|item| item.trim().to_lowercase()).collect()
}

#[tokio::test]
async fn a_named_origin_may_ask_without_a_key_and_then_call() {
    let api = api().await;
    for path in ["/graphql", "/v1/tasks", "/v1/tasks/00000000-0000-7000-8000-000000000000/cancel", "/nowhere"] {
        for origin in [APP, "http://localhost:5173"] {
            let response = preflight(&api, path, origin).await;
            assert_eq!(
                (response.status().as_u16(), header(&response, "access-control-allow-origin")),
                (204, Some(origin)),
                "{path}"
            );
            assert!(list(&response, "access-control-allow-methods").contains(&"post".to_owned()));
            let allowed = list(&response, "access-control-allow-headers");
            for name in [
                "authorization",
                "content-type",
                "idempotency-key",
                "prefer",
                "if-none-match",
                "if-match",
                "traceparent",
                "x-request-id",
                "last-event-id",
            ] {
                assert!(allowed.contains(&name.to_owned()), "{name}");
            }
            assert!(header(&response, "access-control-max-age").unwrap().parse::<u32>().unwrap() >= 600);
            assert_eq!(header(&response, "access-control-allow-credentials"), None);
            assert!(list(&response, "vary").contains(&"origin".to_owned()));
            assert!(header(&response, "x-request-id").is_some());
            assert_eq!(response.text().await.unwrap(), "");
        }
    }
}

#[tokio::test]
async fn a_named_origin_reads_what_our_answers_say_beside_their_body() {
    let api = api().await;
    let acme = api.db.tenant("acme").await;
    let body = json!({"kind": "echo", "payload": 1});
    let response = api.request(&acme, Method::POST, "/v1/tasks").header("origin", APP).json(&body).send().await.unwrap();
    assert_eq!((response.status().as_u16(), header(&response, "access-control-allow-origin")), (202, Some(APP)));
    let exposed = list(&response, "access-control-expose-headers");
    for name in ["location", "etag", "retry-after", "ratelimit", "ratelimit-policy", "x-request-id", "link", "preference-applied"]
    {
        assert!(exposed.contains(&name.to_owned()), "{name}");
    }
    let location = header(&response, "location").unwrap().to_owned();
    let task = api.request(&acme, Method::GET, &location).header("origin", APP).send().await.unwrap();
    assert!(task.headers().contains_key("etag"));
    let vary = list(&task, "vary");
    assert!(vary.contains(&"origin".to_owned()) && vary.contains(&"authorization".to_owned()), "{vary:?}");
}

#[tokio::test]
async fn a_named_origin_reads_errors_too() {
    let api = api().await;
    let acme = api.db.tenant("acme").await;
    let long = "x".repeat(20 << 20);
    let requests = [
        (401, api.anonymous(Method::POST, "/graphql").body("{}")),
        (401, api.anonymous(Method::GET, "/v1/tasks/00000000-0000-7000-8000-000000000000")),
        (404, api.anonymous(Method::GET, "/nowhere")),
        (404, api.request(&acme, Method::GET, "/v1/tasks/00000000-0000-7000-8000-000000000000")),
        (405, api.request(&acme, Method::PUT, "/v1/tasks")),
        (413, api.request(&acme, Method::POST, "/v1/tasks").header("content-type", "application/json").body(long)),
        (415, api.request(&acme, Method::POST, "/v1/tasks").header("content-type", "text/plain").body("x")),
    ];
    for (status, request) in requests {
        let response = request.header("origin", APP).send().await.unwrap();
        assert_eq!((response.status().as_u16(), header(&response, "access-control-allow-origin")), (status, Some(APP)));
        assert!(list(&response, "access-control-expose-headers").contains(&"x-request-id".to_owned()), "{status}");
    }
}

#[tokio::test]
async fn any_other_origin_gets_no_leave_and_caches_can_tell() {
    let api = api().await;
    let acme = api.db.tenant("acme").await;
    for origin in [STRANGER, "null", "https://app.example.com.evil.example", "http://app.example.com"] {
        let asked = preflight(&api, "/graphql", origin).await;
        let called = api.request(&acme, Method::GET, "/v1/tasks/00000000-0000-7000-8000-000000000000").header("origin", origin);
        for response in [asked, called.send().await.unwrap()] {
            let names: Vec<_> = response.headers().keys().filter(|name| name.as_str().starts_with("access-control")).collect();
            assert!(names.is_empty(), "{origin}: {names:?}");
            assert!(list(&response, "vary").contains(&"origin".to_owned()), "{origin}");
        }
    }
    // Two origins are nobody's.
    let twice = api.anonymous(Method::GET, "/nowhere").header("origin", APP).header("origin", APP).send().await.unwrap();
    assert_eq!(header(&twice, "access-control-allow-origin"), None);
    let none = api.anonymous(Method::GET, "/nowhere").send().await.unwrap();
    assert_eq!((header(&none, "access-control-allow-origin"), header(&none, "vary")), (None, Some("Origin")));
}

#[tokio::test]
async fn an_options_request_that_is_no_preflight_is_answered_like_any_other() {
    let api = api().await;
    let response = api.anonymous(Method::OPTIONS, "/nowhere").header("origin", APP).send().await.unwrap();
    assert_eq!((response.status().as_u16(), header(&response, "access-control-allow-origin")), (404, Some(APP)));
}
