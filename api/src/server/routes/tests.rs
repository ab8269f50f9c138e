//! The layers around routes that panic.

use std::io;
use std::sync::Mutex;

use axum::body::{Body, to_bytes};
use axum::http::HeaderMap;
use axum::routing::get;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};

use super::*;
use crate::origins::Origins;

/// Every line that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("whole").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a client and the log are told: status, headers, body; the line.
async fn answered(app: Router, path: &str) -> (StatusCode, HeaderMap, Value, Value) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let request = Request::builder().uri(path).header("x-request-id", "r-1").header("origin", "https://app.example.com");
    let request = request.body(Body::empty()).expect("a request");
    let (parts, body) = TowerToHyperService::new(app).call(request).await.expect("an answer").into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    let text = String::from_utf8(log.0.lock().expect("whole").clone()).expect("text");
    for said in [String::from_utf8_lossy(&body).as_ref(), &text] {
        assert!(!said.contains("a secret"), "{said}");
    }
    (parts.status, parts.headers, serde_json::from_slice(&body).expect("JSON"), serde_json::from_str(&text).expect("one line"))
}

async fn panics() -> Response {
    panic!("a secret")
}

fn config() -> Arc<Config> {
    Arc::new(Config { origins: Origins::of(["https://app.example.com"]), ..Config::default() })
}

#[tokio::test]
async fn a_handler_that_panics_is_answered_as_a_fault_under_the_requests_id() {
    let routes = || Router::new().route("/panics", get(panics)).route(graphql::PATH, get(panics));
    let (status, headers, body, line) = answered(layered(routes(), &config(), Metrics::default()), "/panics").await;
    assert_eq!((status.as_u16(), &headers["content-type"]), (500, &"application/problem+json".parse().expect("a value")));
    assert_eq!((&headers["x-request-id"], &body["requestId"]), (&"r-1".parse().expect("a value"), &json!("r-1")));
    // A page of another origin can read it.
    assert_eq!(headers["access-control-allow-origin"], "https://app.example.com");
    assert_eq!((&body["code"], &body["detail"]), (&json!("INTERNAL"), &json!("internal error")));
    assert_eq!((&line["level"], &line["span"]["request_id"]), (&json!("ERROR"), &json!("r-1")), "{line}");

    let (status, headers, body, _) = answered(layered(routes(), &config(), Metrics::default()), graphql::PATH).await;
    assert_eq!((status.as_u16(), &headers["x-request-id"]), (500, &"r-1".parse().expect("a value")));
    assert_eq!(body["errors"][0]["extensions"], json!({"code": "INTERNAL", "requestId": "r-1"}));
}

#[tokio::test]
async fn a_layer_that_panics_is_answered_too() {
    let panics = from_fn(async |_: Request, _: Next| panics().await);
    let routes = Router::new().route("/works", get(async || "")).layer(panics);
    let outermost = routes.layer(from_fn(panic::survive));
    let (status, headers, body, line) = answered(outermost, "/works").await;
    assert_eq!((status.as_u16(), &headers["content-type"]), (500, &"application/problem+json".parse().expect("a value")));
    assert_eq!((&headers["x-request-id"], &body["requestId"]), (&"r-1".parse().expect("a value"), &json!("r-1")));
    assert_eq!((&line["level"], &line["fields"]["request_id"]), (&json!("ERROR"), &json!("r-1")), "{line}");
}
