//! Methods, addresses and slow bodies.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::Tenant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::TestApi;

/// What the server answers to bytes sent as they are, until it closes or has sent an answer's end.
async fn raw(api: &TestApi, request: &[u8]) -> String {
    let address = api.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 4_096];
    let read = async {
        loop {
            let length = stream.read(&mut piece).await.unwrap_or(0);
            answer.extend_from_slice(&piece[..length]);
            if length == 0 || answer.ends_with(b"}") {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), read).await.expect("an answer");
    String::from_utf8(answer).unwrap()
}

fn head(tenant: &Tenant, more: &str) -> String {
    format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n{more}\r\n",
        tenant.key
    )
}

#[tokio::test]
async fn a_body_that_does_not_end_is_not_waited_for() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let lengths = head(&acme, "Content-Length: 1000\r\n") + "{\"query\":";
    let chunks = head(&acme, "Transfer-Encoding: chunked\r\n") + "1\r\n{\r\n";
    let (lengths, chunks) = tokio::join!(raw(&api, lengths.as_bytes()), raw(&api, chunks.as_bytes()));
    for answer in [lengths, chunks] {
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("\"REQUEST_TIMEOUT\""), "{answer}");
    }
}

#[tokio::test]
async fn chunks_are_counted_and_a_stated_length_is_believed() {
    let config = api::Config::default();
    let config = api::Config { graphql: api::config::GraphqlLimits { body_bytes: 70_000, ..config.graphql }, ..config };
    let api = TestApi::start_with(config).await;
    let acme = api.db.tenant("acme").await;
    let chunk = format!("{:x}\r\n{}\r\n", 40_000, " ".repeat(40_000));
    let chunks = head(&acme, "Transfer-Encoding: chunked\r\n") + &chunk + &chunk;
    let stated = head(&acme, "Content-Length: 70001\r\n");
    for request in [chunks, stated] {
        let answer = raw(&api, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("\"PAYLOAD_TOO_LARGE\""), "{answer}");
    }
    let body = format!("{{\"query\":\"{{__typename}}\"{}}}", " ".repeat(70_000 - 25));
    let fits = head(&acme, &format!("Content-Length: {}\r\n", body.len())) + &body;
    assert!(body.len() == 70_000 && raw(&api, fits.as_bytes()).await.starts_with("HTTP/1.1 200"), "{}", body.len());
}

#[tokio::test]
async fn what_a_method_is_for() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let options = api.anonymous(Method::OPTIONS, "/graphql").send().await.unwrap();
    assert_eq!((options.status().as_u16(), &options.headers()["allow"]), (204, &"GET, HEAD, POST, OPTIONS".parse().unwrap()));
    let put = api.request(&acme, Method::PUT, "/graphql").send().await.unwrap();
    assert_eq!(put.status(), 405);
    assert!(put.headers()["allow"].to_str().unwrap().contains("POST"));
    // Only a websocket's upgrade goes without a key, and only a GET is one.
    let query = json!({"query": "{ __typename }"});
    let posing = api.anonymous(Method::POST, "/graphql").header("upgrade", "websocket").json(&query).send().await.unwrap();
    assert_eq!(posing.status(), 401);
    let posing = api.anonymous(Method::GET, "/graphql?query=%7B__typename%7D").header("upgrade", "websocket");
    let posing = posing.send().await.unwrap();
    assert_eq!(posing.status(), 426);
    assert!(!posing.text().await.unwrap().contains("Query"));
}

#[tokio::test]
async fn an_address_is_read_strictly() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    for (query, status) in [
        ("query=%7B__typename%7D", 200),
        ("query=%7B__typename%7D&utm=1&utm=2&%ff=%zz", 200),
        ("query=%7B__typename%7D&variables=&operationName=", 200),
        ("query=%7B__typename%7D&query=%7B__typename%7D", 400),
        ("query=%ff", 400),
        ("query=%7B__typename%7D&variables=%5B%5D", 400),
        ("query=%7B__typename%7D&variables=%7B%22a%22:1,%22a%22:2%7D", 400),
        ("query=%7B__typename%7D&variables=%7B%22a%22:%22%5Cud800%22%7D", 400),
        ("variables=%7B%7D", 400),
        ("", 400),
    ] {
        let answer = api.get(&acme, &format!("/graphql?{query}")).await;
        assert_eq!(answer.status(), status, "{query}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["errors"].is_null(), status == 200, "{query}: {body}");
    }
    let long = format!("/graphql?query={}", "a".repeat(70_000));
    let answer = api.get(&acme, &long).await;
    assert!([414, 431].contains(&answer.status().as_u16()), "{}", answer.status());
}

#[tokio::test]
async fn who_takes_events_gets_them_for_a_subscription_and_an_answer_otherwise() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    // What a client sends that knows all media types, with every request.
    let accept = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed";
    let media = async |method: Method, accept: &str, query: &str| {
        let request = api.request(&acme, method, "/graphql").header("accept", accept);
        let answer = request.query(&[("query", query)]).json(&json!({"query": query})).send().await.unwrap();
        (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap().to_owned())
    };
    let subscription = "subscription { taskUpdated(filter: {}) { cursor } }";
    let graphql = "application/graphql-response+json; charset=utf-8";
    for method in [Method::POST, Method::GET] {
        assert_eq!(media(method.clone(), accept, "{ __typename }").await, (200, graphql.into()));
        assert_eq!(media(method.clone(), accept, subscription).await, (200, "text/event-stream".into()));
        assert_eq!(media(method.clone(), accept, "{ nonsense }").await, (400, graphql.into()));
        assert_eq!(media(method, "text/event-stream", "{ nonsense }").await, (200, "text/event-stream".into()));
    }
    let mutation = "mutation { cancelTask(input: {id: \"x\"}) { task { id } } }";
    assert_eq!(media(Method::GET, "text/event-stream", mutation).await.0, 405);
}
