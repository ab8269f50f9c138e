//! Who gets in, and how little everybody else learns.

use std::time::Duration;

use domain::access::ApiKey;
use reqwest::{Method, RequestBuilder};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{TestApi, problem};

async fn refused(request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["www-authenticate"], "Bearer");
    let mut body = problem(answer, 401, "UNAUTHENTICATED").await;
    for name in ["instance", "requestId"] {
        body.as_object_mut().unwrap().remove(name);
    }
    body
}

#[tokio::test]
async fn every_reason_looks_the_same() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let unknown = ApiKey::generate("dev").secret().expose_secret().to_owned();
    let (wrong_secret, revoked, expired, disabled_user, disabled_tenant) = (
        api.db.tenant("acme").await,
        api.db.tenant("acme").await,
        api.db.tenant("acme").await,
        api.db.tenant("gone").await,
        api.db.tenant("closed").await,
    );
    for sql in [
        // The key's id is known, its secret is another.
        format!("UPDATE api_keys SET secret_hash = sha256('x') WHERE id = '{}'", wrong_secret.key_id),
        format!("UPDATE api_keys SET revoked_at = now() WHERE id = '{}'", revoked.key_id),
        format!(
            "UPDATE api_keys SET created_at = now() - interval '2 day', expires_at = now() - interval '1 day' WHERE id = '{}'",
            expired.key_id
        ),
        format!("UPDATE users SET disabled_at = now() WHERE id = '{}'", disabled_user.user_id),
        format!("UPDATE tenants SET disabled_at = now() WHERE id = '{}'", disabled_tenant.id),
    ] {
        api.run(&sql).await;
    }
    let path = "/v1/tasks/00000000-0000-7000-8000-000000000000";
    let get = || api.anonymous(Method::GET, path);
    let first = refused(get()).await;
    let with = |value: &str| get().header("authorization", value);
    for request in [
        with(""),
        with("Bearer"),
        with("Bearer "),
        with(&acme.key),
        with(&format!("Basic {}", acme.key)),
        with("Bearer junk"),
        with(&format!("Bearer {}", &acme.key[..acme.key.len() - 1])),
        with(&format!("Bearer {unknown}")),
        with(&format!("Bearer {}", wrong_secret.key)),
        with(&format!("Bearer {}", revoked.key)),
        with(&format!("Bearer {}", expired.key)),
        with(&format!("Bearer {}", disabled_user.key)),
        with(&format!("Bearer {}", disabled_tenant.key)),
        with(&format!("Bearer {}", acme.key)).header("authorization", format!("Bearer {}", acme.key)),
        with(&format!("Bearer {}, Bearer {}", acme.key, acme.key)),
    ] {
        assert_eq!(refused(request).await, first);
    }
    // The same key as it should be: its tenant has no such task, but is let in.
    problem(with(&format!("bearer {}", acme.key)).send().await.unwrap(), 404, "NOT_FOUND").await;
}

#[tokio::test]
async fn every_route_but_health_and_the_pages_needs_a_key() {
    let api = TestApi::start().await;
    let task = "/v1/tasks/00000000-0000-7000-8000-000000000000";
    let audit = format!("{task}/audit");
    let routes = [
        (Method::POST, "/v1/tasks"),
        (Method::GET, "/v1/tasks"),
        (Method::GET, task),
        (Method::GET, "/v1/tasks/no-id"),
        (Method::DELETE, task),
        (Method::GET, &audit),
    ];
    for (method, path) in routes {
        refused(api.anonymous(method, path)).await;
    }
    for method in [Method::POST, Method::PUT] {
        let answer = api.anonymous(method, "/graphql").send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()["www-authenticate"].as_bytes()), (401, &b"Bearer"[..]));
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{body}");
    }
    for path in ["/health/live", "/health/ready"] {
        let answer = api.anonymous(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.json::<Value>().await.unwrap(), json!({"status": "ok"}));
    }
}

#[tokio::test]
async fn nobody_without_a_key_makes_us_read_a_body() {
    let api = TestApi::start().await;
    let address = api.url.strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(address).await.unwrap();
    let head = "POST /v1/tasks HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    // The body is never sent, and the answer comes all the same.
    let mut answer = vec![0; 64];
    let read = tokio::time::timeout(Duration::from_secs(30), socket.read(&mut answer)).await.unwrap().unwrap();
    assert!(answer[..read].starts_with(b"HTTP/1.1 401"), "{}", String::from_utf8_lossy(&answer[..read]));
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let api = TestApi::start().await;
    let answers = [
        api.anonymous(Method::GET, "/health/live"),
        api.anonymous(Method::GET, "/nowhere"),
        api.anonymous(Method::GET, "/v1/tasks/x"),
    ];
    for request in answers {
        let echoed = request.try_clone().unwrap().header("x-request-id", "my.request-1_A").send().await.unwrap();
        assert_eq!(echoed.headers()["x-request-id"], "my.request-1_A");
        for bad in ["with space", "semi;colon", &"x".repeat(65)] {
            let made = request.try_clone().unwrap().header("x-request-id", bad).send().await.unwrap();
            let id = made.headers()["x-request-id"].to_str().unwrap();
            assert!(uuid::Uuid::parse_str(id).is_ok(), "{id}");
        }
    }
}
