//! GraphQL over server-sent events.

use std::time::Duration;

use api::Config;
use api::config::Patience;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use testkit::{DEADLINE, Tenant, echo, until};
use tokio::time::timeout;

use crate::support::TestApi;

/// One answer's events, read as they come.
struct Events {
    body: BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    text: String,
}

impl Events {
    async fn open(api: &TestApi, tenant: &Tenant, query: &str, variables: Value) -> Events {
        let answer = ask(api, tenant, query, variables).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        Events { body: answer.bytes_stream().boxed(), text: String::new() }
    }

    /// The next block, without the blank line behind it; `None` at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                return Some(block);
            }
            let bytes = timeout(DEADLINE, self.body.next()).await.expect("in time")?.unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// The data of the next `next`.
    async fn next(&mut self) -> Value {
        let block = self.block().await.expect("an event");
        let data = block.strip_prefix("event: next\ndata: ").unwrap_or_else(|| panic!("{block}"));
        serde_json::from_str(data).unwrap()
    }

    async fn completes(&mut self) {
        assert_eq!(self.block().await.as_deref(), Some("event: complete\ndata: "));
        assert_eq!(self.block().await, None);
    }
}

async fn ask(api: &TestApi, tenant: &Tenant, query: &str, variables: Value) -> Response {
    let request = api.request(tenant, Method::POST, "/graphql").header("accept", "text/event-stream");
    request.json(&json!({"query": query, "variables": variables})).send().await.unwrap()
}

const WATCH: &str = "subscription($id: ID!) { taskUpdated(id: $id) { version } }";

#[tokio::test]
async fn a_subscription_is_streamed_until_its_client_goes() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let id = api.db.submit(&acme, echo(1)).await.id;
    let mut events = Events::open(&api, &acme, WATCH, json!({"id": id})).await;
    assert_eq!(events.next().await, json!({"data": {"taskUpdated": {"version": 1}}}));
    assert_eq!(api.live.event_streams(), 1);
    let cancel = format!("mutation {{ cancelTask(input: {{id: \"{id}\"}}) {{ task {{ version }} }} }}");
    crate::graphql::data(&api, &acme, &cancel, json!({})).await;
    assert_eq!(events.next().await, json!({"data": {"taskUpdated": {"version": 2}}}));
    drop(events);
    until("the stream is gone", async || (api.live.event_streams() == 0).then_some(())).await;
}

#[tokio::test]
async fn queries_and_mutations_are_one_event_and_the_end() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let mut events = Events::open(&api, &acme, "{ __typename }", json!({})).await;
    assert_eq!(events.next().await, json!({"data": {"__typename": "Query"}}));
    events.completes().await;
    let create = "mutation { createTask(input: {kind: \"echo\", payload: 1}) { task { status } } }";
    let mut events = Events::open(&api, &acme, create, json!({})).await;
    assert_eq!(events.next().await["data"]["createTask"]["task"]["status"], "PENDING");
    events.completes().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_an_event_too() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    for (query, code) in [
        ("subscription { nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { taskUpdated { version } }", "BAD_USER_INPUT"),
        (&crate::guard::nested_lists(2_000), "QUERY_TOO_DEEP"),
    ] {
        let mut events = Events::open(&api, &acme, query, json!({})).await;
        assert_eq!(events.next().await["errors"][0]["extensions"]["code"], code, "{query:.80}");
        events.completes().await;
    }
    let stranger = api.anonymous(Method::POST, "/graphql").header("accept", "text/event-stream");
    assert_eq!(stranger.json(&json!({"query": WATCH})).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn an_idle_stream_says_that_it_lives() {
    let patience = Patience { keep_alive: Duration::from_millis(20), ..Patience::default() };
    let api = TestApi::start_with(Config { patience, ..Config::default() }).await;
    let acme = api.db.tenant("acme").await;
    let mut events = Events::open(&api, &acme, "subscription { taskUpdated(filter: {}) { version } }", json!({})).await;
    for _ in 0..3 {
        assert!(events.block().await.is_some_and(|block| block.starts_with(':')));
    }
}

#[tokio::test]
async fn a_stopping_process_ends_its_streams_without_saying_that_they_are_complete() {
    let mut api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let id = api.db.submit(&acme, echo(1)).await.id;
    let mut events = Events::open(&api, &acme, WATCH, json!({"id": id})).await;
    events.next().await;
    timeout(Duration::from_secs(5), api.stopped()).await.expect("waited for a stream that has no end");
    assert_eq!(events.block().await, None);
    assert_eq!(api.live.event_streams(), 0);
}
