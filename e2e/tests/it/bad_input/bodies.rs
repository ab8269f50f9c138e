//! How a request is sent: method, content type, body.

use reqwest::header::{ALLOW, CONTENT_ENCODING, CONTENT_TYPE};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

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
    let bodies: [(&[u8], &str); 14] = [
        (b"", "BAD_USER_INPUT"),
        (b"[]", "BATCHING_DISABLED"),
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
    for body in ["", "null", "[]", "{}", "7", r#"{"query":1}"#] {
        let (status, answer) = submit(&system, body).await;
        assert_eq!((status, code(&answer)), (400, "BAD_USER_INPUT"), "{body}: {answer}");
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

/// A request whose body has this many bytes, in one piece or in chunks without an end.
async fn sized(system: &System, path: &str, bytes: usize, chunked: bool) -> String {
    let start = match path {
        "/graphql" => r#"{"query":"{ __typename }","extensions":{"x":""#,
        _ => r#"{"kind":"echo","payload":{},"x":""#,
    };
    let end = if path == "/graphql" { "\"}}" } else { "\"}" };
    let body = format!("{start}{}{end}", "x".repeat(bytes - start.len() - end.len()));
    let stream = TcpStream::connect(&system.client.address).await.unwrap();
    let (mut answer, mut request) = stream.into_split();
    let length = if chunked { "Transfer-Encoding: chunked".into() } else { format!("Content-Length: {bytes}") };
    let key = &system.acme.key;
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
    );
    let sent = async move {
        request.write_all(head.as_bytes()).await.unwrap();
        // The server may have heard enough before all is said.
        if chunked {
            let _ = request.write_all(format!("{bytes:x}\r\n").as_bytes()).await;
        }
        let _ = request.write_all(body.as_bytes()).await;
        request
    };
    let received = async {
        let (mut text, mut part) = (String::new(), [0; 4096]);
        while !text.contains("\r\n\r\n") || !text.ends_with('}') {
            let read = timeout(testkit::DEADLINE, answer.read(&mut part)).await.expect("an answer").unwrap();
            assert!(read > 0, "closed without an answer: {text}");
            text.push_str(std::str::from_utf8(&part[..read]).unwrap());
        }
        text
    };
    tokio::join!(sent, received).1
}

#[tokio::test]
async fn one_byte_too_many_is_too_many() {
    let system = System::start().await;
    for (path, most) in [("/graphql", 8 * 1024 * 1024), ("/v1/tasks", 512 * 1024)] {
        let whole = sized(&system, path, most, false).await;
        assert!(!whole.starts_with("HTTP/1.1 413"), "{path}: {whole}");
        for chunked in [false, true] {
            let refused = sized(&system, path, most + 1, chunked).await;
            assert!(refused.starts_with("HTTP/1.1 413"), "{path}, chunked {chunked}: {refused}");
            assert!(refused.contains("PAYLOAD_TOO_LARGE") && refused.contains("x-request-id: "), "{path}: {refused}");
        }
    }
    alive(system).await;
}
