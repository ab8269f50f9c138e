//! Clients that take their time, or take all places: let go, while the others are served.

use std::future::Future;
use std::io::ErrorKind;
use std::time::Duration;

use e2e::System;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longest a patient test waits for the server to lose its patience (10 s).
const PATIENCE: Duration = Duration::from_secs(60);

/// Everything the server still sends until it closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("it is closed");
    assert!(read.is_ok() || read.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
    String::from_utf8(bytes).unwrap()
}

/// Begins a request and never ends it; what came back until the connection was closed.
async fn unfinished(system: &System, beginning: String) -> String {
    let mut stream = TcpStream::connect(&system.client.address).await.unwrap();
    // The server may have heard enough before all is said.
    let _ = stream.write_all(beginning.as_bytes()).await;
    rest(&mut stream).await
}

/// Asks again and again and reads nothing, until the server does not want to hear any more.
async fn greedy(system: &System, path: &str) {
    let stream = TcpStream::connect(&system.client.address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {}\r\n\r\n", system.acme.key);
    let requests = request.repeat(100);
    let (_unread, mut half) = stream.into_split();
    let refused = async { while half.write_all(requests.as_bytes()).await.is_ok() {} };
    timeout(PATIENCE, refused).await.expect("it is closed");
}

async fn healthy_until<T>(system: &System, attack: impl Future<Output = T>) -> T {
    let mut attack = Box::pin(attack);
    loop {
        tokio::select! {
            done = attack.as_mut() => return done,
            task = system.client.submit("echo", json!({})) => assert_eq!(task["status"], "pending"),
        }
    }
}

#[tokio::test]
async fn who_sends_or_reads_too_slowly_is_let_go_and_others_are_served() {
    let system = System::start().await;
    let large = system.client.submit("echo", json!({"text": "x".repeat(60_000)})).await;
    let path = format!("/v1/tasks/{}", large["id"].as_str().unwrap());
    let head = format!("Host: api\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n", system.acme.key);
    let attack = async {
        tokio::join!(
            unfinished(&system, "GET /health/live HTTP/1.1\r\nHost: a".into()),
            unfinished(&system, format!("POST /v1/tasks HTTP/1.1\r\n{head}Content-Length: 100\r\n\r\n{{")),
            unfinished(&system, format!("POST /graphql HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n")),
            unfinished(&system, String::new()),
            greedy(&system, &path),
        )
    };
    let (slow_head, slow_body, endless_body, silent, ()) = healthy_until(&system, attack).await;
    assert!(slow_head.is_empty() || slow_head.starts_with("HTTP/1.1 408"), "{slow_head}");
    assert!(slow_body.starts_with("HTTP/1.1 408"), "{slow_body}");
    assert!(slow_body.contains("application/problem+json") && slow_body.contains("REQUEST_TIMEOUT"), "{slow_body}");
    assert!(endless_body.starts_with("HTTP/1.1 408"), "{endless_body}");
    assert!(endless_body.contains("REQUEST_TIMEOUT"), "{endless_body}");
    assert_eq!(silent, "");
}

#[tokio::test]
async fn five_thousand_idle_connections_hinder_nobody() {
    let system = System::start().await;
    let mut idle = Vec::new();
    while idle.len() < 5_000 {
        match TcpStream::connect(&system.client.address).await {
            Ok(stream) => idle.push(stream),
            // This machine lets neither of us have more.
            Err(error) if error.kind() != ErrorKind::ConnectionRefused => break,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(idle.len() >= 500, "{}", idle.len());
    // A new connection each, behind all the idle ones.
    for _ in 0..20 {
        let task = e2e::Client::new(&system.client.address, &system.acme.key).submit("echo", json!({})).await;
        assert_eq!(task["status"], "pending");
    }
    // They are let go one by one, without having said a word.
    let (first, last) = (idle.remove(0), idle.pop().unwrap());
    for mut stream in [first, last] {
        assert_eq!(rest(&mut stream).await, "");
    }
}

#[tokio::test]
async fn too_many_headers_and_too_long_ones_are_refused() {
    let system = System::start().await;
    let many: String = (0..70).map(|n| format!("X-{n}: 1\r\n")).collect();
    let long = format!("X-Long: {}\r\n", "x".repeat(1_000_000));
    for headers in [many, long] {
        let answer = unfinished(&system, format!("GET /health/live HTTP/1.1\r\nHost: api\r\n{headers}\r\n")).await;
        // What it did not read can make the network drop what it said.
        assert!(answer.starts_with("HTTP/1.1 431") || answer.is_empty(), "{answer}");
    }
}
