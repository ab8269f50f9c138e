//! What hostile text becomes in names, headers and log lines.

use domain::access::ApiKey;
use e2e::Process;
use futures_util::SinkExt;
use sea_orm::ConnectionTrait;
use secrecy::ExposeSecret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use super::*;

/// Text that would break a line in two, forge one, steer a terminal or turn what is shown around.
const HOSTILE: &str = "a\r\nb{\"severity\":\"ERROR\"}\u{1b}[2J\u{7f}\u{202e}c\u{2028}d\u{0}";

/// Every line that the process wrote, each one JSON object and nothing that is shown as something else.
fn records(process: &Process) -> Vec<Value> {
    let steers = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || ['\u{2028}', '\u{2029}'].contains(&c);
    let read = |line: &str| {
        assert!(!line.contains(steers), "{line:?}");
        let record: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        assert!(record["severity"].is_string() && record["message"].is_string(), "{line}");
        record
    };
    process.log().split('\n').map(read).collect()
}

#[tokio::test]
async fn names_are_stored_as_they_are_or_refused_by_their_length_in_bytes() {
    let system = System::start().await;
    let zalgo = format!("Z{}", "\u{335}".repeat(127));
    let texts = ["\u{202e}right to left", "zero\u{200b}width", "\u{1f9d1}\u{200d}\u{1f680}", "=cmd()", zalgo.as_str()];
    for text in texts {
        let task = system.client.submit_with(json!({"kind": "echo", "payload": {}, "reference": text})).await;
        assert_eq!(task["reference"], text);
        let query = "query Q($r: String!) { task(by: {reference: $r}) { reference } }";
        assert_eq!(system.client.graphql(query, json!({"r": text})).await["task"]["reference"], text);
    }
    // 255 bytes are the most, however few characters they are.
    for (text, status) in [("\u{1f680}".repeat(63), 202), ("\u{1f680}".repeat(64), 400), (format!("{zalgo}\u{335}"), 400)] {
        let body = json!({"kind": "echo", "payload": {}, "reference": text}).to_string();
        assert_eq!(submit(&system, body).await.0, status, "{text}");
    }
    alive(system).await;
}

#[tokio::test]
async fn a_targets_header_with_a_line_end_is_refused() {
    let system = System::start().await;
    for (name, value) in [
        ("x-a", "b\r\nHost: evil.example"),
        ("x-a", "b\nc"),
        ("x-a", "b\rc"),
        ("x-a\r\nHost", "evil.example"),
        ("x-a\n", "b"),
        ("x-a: b\r\nx-c", "d"),
    ] {
        let payload = json!({"url": "https://example.com", "headers": {name: value}});
        let (status, answer) = submit(&system, json!({"kind": "http", "payload": payload}).to_string()).await;
        assert_eq!((status, code(&answer)), (400, "BAD_USER_INPUT"), "{name:?}: {value:?}: {answer}");
        let pointer = answer["errors"][0]["pointer"].as_str().unwrap();
        assert!(pointer.starts_with("/payload/headers/x-a"), "{pointer:?}");
    }
    alive(system).await;
}

#[tokio::test]
async fn every_line_of_the_log_is_one_object_with_hostile_text_escaped() {
    let system = System::start_with(&[("LOG", "trace")]).await;
    let worker = system.worker().await;
    for name in ["kind", "queue", "reference", "idempotencyKey"] {
        let mut body = json!({"kind": "echo", "payload": {}});
        body[name] = json!(HOSTILE);
        assert_eq!(submit(&system, body.to_string()).await.0, 400, "{name}");
    }
    let text = HOSTILE.replace('\0', "");
    let task = system.client.submit("echo", json!({&text: text})).await;
    system.until_status(task["id"].as_str().unwrap(), "done").await;
    document(&system, &format!("{{ {HOSTILE}"), (400, "GRAPHQL_PARSE_FAILED")).await;
    let reason = json!({"reason": text});
    let path = format!("/v1/tasks/{}/retry", task["id"].as_str().unwrap());
    answered(system.client.request(Method::POST, &path).json(&reason)).await;

    // Ids and paths as no client library would send them, in requests that are logged: what they need is away.
    system.db.owner.execute_unprepared("ALTER TABLE api_keys RENAME TO api_keys_away").await.unwrap();
    for (path, id) in [("/v1/tasks/{\"a\":\"\u{202e}\u{2028}b\"}", "c"), ("/v1/tasks", "\u{202e}\"d\"\t\u{85}")] {
        let mut stream = TcpStream::connect(&system.client.address).await.unwrap();
        // One that is not believed already.
        let key = ApiKey::generate("dev");
        let key = key.secret().expose_secret();
        let head = format!("GET {path} HTTP/1.1\r\nHost: api\r\nX-Request-Id: {id}\r\nAuthorization: Bearer {key}\r\n");
        stream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    }
    system.db.owner.execute_unprepared("ALTER TABLE api_keys_away RENAME TO api_keys").await.unwrap();
    let mut socket = sockets::initialised(&system).await;
    socket.send(Message::text(json!({"type": HOSTILE, "id": HOSTILE}).to_string())).await.unwrap();
    assert_eq!(sockets::closed(socket).await, 4400);

    assert!(!records(&worker).is_empty());
    let records = records(&system.api);
    // It did reach the log.
    let named = |record: &&Value| record["path"].as_str().is_some_and(|path| path.contains('\u{202e}'));
    assert!(records.iter().any(|record| named(&record)), "{} lines", records.len());
    for process in [&system.api, &worker] {
        assert!(!process.log().contains(&system.acme.key), "a key is never written");
    }
    alive(system).await;
}
