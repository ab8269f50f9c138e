//! Spans at a collector: one for each operation, one for each attempt, in the client's trace.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use e2e::System;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use prost::Message;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::until;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Takes spans as a collector does; with the name of the service that sent each.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<(String, Span)>>>);

impl Collector {
    async fn start() -> (Collector, String, JoinSet<()>) {
        let (collector, tcp) = (Collector::default(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let address = format!("http://{}", tcp.local_addr().unwrap());
        let router = Router::new().route("/v1/traces", post(take)).with_state(collector.clone());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(tcp, router).await.unwrap() });
        (collector, address, serving)
    }

    async fn span(&self, name: &str, trace: &str) -> (String, Span) {
        until(&format!("a span {name:?}"), async || {
            let spans = self.0.lock().unwrap();
            spans.iter().find(|(_, span)| span.name == name && hex(&span.trace_id) == trace).cloned()
        })
        .await
    }
}

async fn take(State(collector): State<Collector>, body: Bytes) {
    for resource in ExportTraceServiceRequest::decode(body).unwrap().resource_spans {
        let attributes = resource.resource.unwrap().attributes;
        let name = attributes.into_iter().find(|one| one.key == "service.name").unwrap().value.unwrap();
        let service = format!("{:?}", name.value.unwrap());
        let spans = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
        collector.0.lock().unwrap().extend(spans.map(|span| (service.clone(), span)));
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_task_is_one_trace_from_its_client_to_its_attempt() {
    let (collector, address, _serving) = Collector::start().await;
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", address.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "50")];
    let system = System::start_with(&variables).await;
    let mut worker = system.worker().await;
    let submit = async |trace: &str, flags: &str| -> String {
        let request = system.client.request(Method::POST, "/v1/tasks").json(&json!({"kind": "echo", "payload": "canary"}));
        let request = request.header("traceparent", format!("00-{trace}-00f067aa0ba902b7-{flags}"));
        let task: Value = request.send().await.unwrap().json().await.unwrap();
        let id = task["id"].as_str().unwrap().to_owned();
        system.until_status(&id, "done").await;
        id
    };
    let (wanted, unwanted) = ("4bf92f3577b34da6a3ce929d0e0e4736", "aaf92f3577b34da6a3ce929d0e0e4736");
    submit(unwanted, "00").await;
    let id = submit(wanted, "01").await;
    let (service, operation) = collector.span("POST /v1/tasks", wanted).await;
    assert!(service.contains("ctap-api"), "{service}");
    assert_eq!((operation.kind(), hex(&operation.parent_span_id).as_str()), (SpanKind::Server, "00f067aa0ba902b7"));
    let (service, attempt) = collector.span("attempt echo", wanted).await;
    assert!(service.contains("ctap-worker"), "{service}");
    assert_eq!((attempt.kind(), &attempt.parent_span_id), (SpanKind::Consumer, &operation.span_id));
    assert!(attempt.start_time_unix_nano <= attempt.end_time_unix_nano);
    assert!(format!("{attempt:?}").contains(&id));
    // One of GraphQL, over a websocket, whose client says in the request which trace it is of.
    let mut socket = system.client.socket().await;
    let payload = json!({"query": "mutation Mine { createTask(input: {kind: \"echo\", payload: 1}) { task { id } } }",
                         "extensions": {"traceparent": format!("00-{wanted}-00f067aa0ba902b7-01")}});
    socket.subscribe_with(payload).await;
    let (_, mutation) = collector.span("mutation", wanted).await;
    let attempts = || collector.0.lock().unwrap().iter().filter(|(_, span)| span.parent_span_id == mutation.span_id).count();
    until("its attempt is below it", async || (attempts() == 1).then_some(())).await;
    // The last ones are sent at the end.
    system.client.graphql("{ viewer { keyId } }", json!({})).await;
    let mut api = system.api;
    assert!(api.terminate().await.0.success() && worker.terminate().await.0.success());
    let spans = collector.0.lock().unwrap();
    assert!(spans.iter().any(|(_, span)| span.name == "query"));
    assert!(spans.iter().all(|(_, span)| hex(&span.trace_id) != unwanted), "its client does not want it recorded");
    assert!(!format!("{spans:?}").contains("canary"));
}

#[tokio::test]
async fn a_collector_that_is_away_harms_nothing() {
    let system = System::start_with(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")]).await;
    let _worker = system.worker().await;
    let task = system.client.submit("echo", json!(1)).await;
    system.until_status(task["id"].as_str().unwrap(), "done").await;
    let mut api = system.api;
    assert!(api.terminate().await.0.success());
}
