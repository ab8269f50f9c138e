//! How a request is sent: method, content type, body.

use reqwest::header::{ALLOW, CONTENT_ENCODING, CONTENT_TYPE};

use super::*;

const QUERY: &str = r#"{"query":"{ __typename }"}"#;

/// The GraphQL and the REST way to send a body.
const BOTH: [(&str, &str); 2] = [("/graphql", QUERY), ("/v1/tasks", r#"{"kind":"echo","payload":{}}"#)];

#[tokio::test]
async fn a_query_may_come_by_get_and_a_mutation_may_not() {
    let system = System::start().await;
    let get = |query: &str| system.client.request(Method::GET, "/graphql").query(&[("query", query)]);
    let (status, body) = answered(get("{ __typename }")).await;
    assert_eq!((status, &body["data"]["__typename"]), (200, &json!("Query")));
    let mutation = r#"mutation { createTask(input: {kind: "echo", payload: {}}) { task { id } } }"#;
    let answer = get(mutation).send().await.unwrap();
    assert_eq!(answer.headers()[ALLOW], "POST");
    assert_eq!(read(answer).await.0, 405);
    let (_, listed) = answered(get("{ tasks { edges { cursor } } }")).await;
    assert_eq!(listed["data"]["tasks"]["edges"], json!([]));
    alive(system).await;
}

#[tokio::test]
async fn only_plain_json_is_read() {
    let system = System::start().await;
    let types = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/mixed; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
    ];
    for (path, body) in BOTH {
        for content_type in types {
            let request = system.client.request(Method::POST, path).header(CONTENT_TYPE, content_type).body(body);
            let (status, body) = answered(request).await;
            assert_eq!((status, code(&body)), (415, "UNSUPPORTED_MEDIA_TYPE"), "{path} {content_type}");
        }
        let (status, _) = answered(system.client.request(Method::POST, path).body(body)).await;
        assert_eq!(status, 415, "{path} without a type");
        let compressed = system.client.request(Method::POST, path).header(CONTENT_TYPE, "application/json");
        let (status, _) = answered(compressed.header(CONTENT_ENCODING, "gzip").body(vec![0x1f, 0x8b, 8, 0])).await;
        assert_eq!(status, 415, "{path} compressed");
    }
    let part = "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\nContent-Type: multipart/mixed\r\n\r\n\r\n--x--\r\n";
    let multipart = system.client.request(Method::POST, "/graphql").header(CONTENT_TYPE, "multipart/form-data; boundary=x");
    assert_eq!(answered(multipart.body(part)).await.0, 415);
    alive(system).await;
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused() {
    let system = System::start().await;
    let batch = format!("[{QUERY},{QUERY}]");
    let deep = format!(r#"{{"query":"{{ __typename }}","variables":{{"a":{}{}}}}}"#, "[".repeat(200), "]".repeat(200));
    let utf16: Vec<u8> = QUERY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bodies: [(&[u8], &str); 13] = [
        (b"", "BAD_USER_INPUT"),
        (b"null", "BAD_USER_INPUT"),
        (b"{}", "BAD_USER_INPUT"),
        (b"7", "BAD_USER_INPUT"),
        (br#"{"query":1}"#, "BAD_USER_INPUT"),
        (br#"{"query":"{ __typename }","variables":[]}"#, "BAD_USER_INPUT"),
        (br#"{"query":"{ __typename }","variables":"x"}"#, "BAD_USER_INPUT"),
        (br#"{"query":"{ __typename }","query":"{ a }"}"#, "BAD_USER_INPUT"),
        (br#"{"query":"{ __typename }","variables":{"a":"\ud800"}}"#, "BAD_USER_INPUT"),
        (b"{\"query\":\"\xff\xfe\"}", "BAD_USER_INPUT"),
        (&utf16, "BAD_USER_INPUT"),
        (batch.as_bytes(), "BATCHING_DISABLED"),
        (deep.as_bytes(), "BAD_USER_INPUT"),
    ];
    for (body, expected) in bodies {
        let request = graphql(&system).header(CONTENT_TYPE, "application/json").body(body.to_vec());
        let (status, answer) = answered(request).await;
        assert_eq!((status, code(&answer)), (400, expected), "{}: {answer}", String::from_utf8_lossy(body));
        assert!(answer.get("data").is_none(), "{answer}");
    }
    let (status, _) = answered(graphql(&system).header(CONTENT_TYPE, "application/json").body(format!("\u{feff}{QUERY}"))).await;
    assert_eq!(status, 200, "a byte order mark may be there");
    alive(system).await;
}

#[tokio::test]
async fn an_operation_must_be_clear() {
    let system = System::start().await;
    let two = "query A { __typename } query B { __typename }";
    for body in [json!({"query": two}), json!({"query": two, "operationName": "C"}), json!({"query": "  "})] {
        let (status, answer) = answered(graphql(&system).json(&body)).await;
        assert_eq!(status, 400, "{answer}");
        assert!(answer.get("data").is_none(), "{answer}");
    }
    let (status, _) = answered(graphql(&system).json(&json!({"query": two, "operationName": "B"}))).await;
    assert_eq!(status, 200);
    let missing =
        "mutation M($kind: String!, $payload: JSON!) { createTask(input: {kind: $kind, payload: $payload}) { task { id } } }";
    let (status, answer) = answered(graphql(&system).json(&json!({"query": missing, "variables": {"kind": "echo"}}))).await;
    assert_eq!(status, 400, "{answer}");
    let (_, listed) = answered(graphql(&system).json(&json!({"query": "{ tasks { edges { cursor } } }"}))).await;
    assert_eq!(listed["data"]["tasks"]["edges"], json!([]), "nothing was run");
    alive(system).await;
}

#[tokio::test]
async fn one_byte_too_many_is_too_many() {
    let system = System::start().await;
    for (path, start) in
        [("/graphql", r#"{"query":"{ __typename }","x":""#), ("/v1/tasks", r#"{"kind":"echo","payload":{},"x":""#)]
    {
        let body = format!("{start}{}\"}}", "x".repeat(9 * 1024 * 1024));
        let request = system.client.request(Method::POST, path).header(CONTENT_TYPE, "application/json").body(body);
        // A client that is still sending may be cut off before it can read why.
        if let Ok(answer) = request.send().await {
            let (status, answer) = read(answer).await;
            assert_eq!((status, code(&answer)), (413, "PAYLOAD_TOO_LARGE"), "{path}");
        }
    }
    alive(system).await;
}
