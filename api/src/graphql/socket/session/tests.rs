//! The driver over a pipe in memory, with a clock that stands still but for those who wait for it.

mod slow;

use std::time::Duration;

use async_graphql::{EmptyMutation, Object, Schema, Subscription};
use futures_util::stream::{iter, pending, repeat};
use futures_util::{SinkExt, Stream, StreamExt};
use serde_json::json;
use tokio::io::{AsyncReadExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::*;
use crate::graphql::executor::Guarded;
use crate::graphql::guard::Guard;
use crate::metrics::Metrics;

struct Query;

#[Object]
impl Query {
    async fn works(&self) -> i32 {
        1
    }

    async fn long(&self, #[graphql(default = 100_000)] bytes: usize) -> String {
        "ä".repeat(bytes / 2)
    }

    async fn panics(&self, always: Option<bool>) -> i32 {
        assert!(always == Some(false), "a secret");
        1
    }
}

struct Streams;

#[Subscription]
impl Streams {
    async fn never(&self) -> impl Stream<Item = i32> {
        pending()
    }

    async fn always(&self) -> impl Stream<Item = i32> {
        repeat(1)
    }

    async fn panics(&self) -> impl Stream<Item = i32> {
        iter(0..2).map(|n| if n == 0 { n } else { panic!("a secret") })
    }
}

/// What a connection holds that is written and not read.
const PIPE_BYTES: usize = 64 * 1024;

/// Both ends of one socket.
struct Pair {
    client: WebSocketStream<DuplexStream>,
    server: JoinHandle<()>,
    stop: CancellationToken,
    /// Cancelled when the credentials are not good any more.
    revoked: CancellationToken,
    live: Live,
    begun: Instant,
}

impl Pair {
    /// A connection that has said nothing yet. What it shows decides: `{"ok": true}` is let in, `{"slow": true}` is never
    /// answered, anything else is refused.
    async fn open() -> Pair {
        let (near, far) = duplex(PIPE_BYTES);
        Pair::over(near, far).await
    }

    async fn over(near: DuplexStream, far: DuplexStream) -> Pair {
        let (stop, live) = (CancellationToken::new(), Live::default());
        let revoked = stop.child_token();
        let mut data = Data::default();
        data.insert(Credentials::until(&revoked));
        let authenticate = |payload: Map<String, Value>| -> Authentication {
            Box::pin(async move {
                match (payload.contains_key("ok"), payload.contains_key("slow"), payload.contains_key("away")) {
                    (true, ..) => Ok(Arc::new(data)),
                    (_, true, _) => std::future::pending().await,
                    (.., true) => Err(ApiError::unavailable()),
                    _ => Err(ApiError::unauthenticated()),
                }
            })
        };
        let schema = Schema::new(Query, EmptyMutation, Streams);
        let executor = Guarded::new(schema, Guard::default(), None, Duration::from_secs(1), Metrics::default());
        let (authenticate, config) = (Box::new(authenticate), Arc::default());
        let context =
            Context { executor, authenticate, request_id: "r-1".into(), config, stop: stop.clone(), live: live.clone() };
        let wire = Wire::new(far, context.config.patience.write).await;
        let server = tokio::spawn(Driver::new(wire, context).serve());
        let client = WebSocketStream::from_raw_socket(near, Role::Client, None).await;
        Pair { client, server, stop, revoked, live, begun: Instant::now() }
    }

    /// A connection that was acknowledged.
    async fn acknowledged() -> Pair {
        Pair::open().await.introduced().await
    }

    async fn introduced(mut self) -> Pair {
        self.say(json!({"type": "connection_init", "payload": {"ok": true}})).await;
        assert_eq!(self.hear().await, json!({"type": "connection_ack"}));
        self
    }

    async fn say(&mut self, message: Value) {
        self.client.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn begin(&mut self, id: &str, query: &str) {
        self.say(json!({"type": "subscribe", "id": id, "payload": {"query": query}})).await;
    }

    async fn hear(&mut self) -> Value {
        loop {
            match self.client.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The code of the close frame; what comes before it is passed over.
    async fn closed(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.client.next().await.expect("a close frame").unwrap() {
                return frame.unwrap().code.into();
            }
        }
    }

    /// Waits for the server's end, which leaves nothing behind.
    async fn ended(self) -> Duration {
        self.server.await.unwrap();
        let took = self.begun.elapsed();
        // Aborted tasks are dropped by the scheduler, in its next turns.
        testkit::until("all counts are 0", async || ((self.live.sockets(), self.live.operations()) == (0, 0)).then_some(()))
            .await;
        took
    }
}

fn seconds(range: std::ops::RangeInclusive<u64>) -> std::ops::RangeInclusive<Duration> {
    Duration::from_secs(*range.start())..=Duration::from_secs(*range.end())
}

#[tokio::test(start_paused = true)]
async fn who_does_not_say_who_they_are_is_sent_away_after_three_seconds() {
    let mut pair = Pair::open().await;
    pair.say(json!({"type": "ping"})).await;
    assert_eq!(pair.closed().await, 4408);
    assert!(seconds(3..=4).contains(&pair.ended().await));
}

#[tokio::test(start_paused = true)]
async fn what_the_client_shows_decides() {
    for (payload, code) in [(json!({}), 4403), (json!({"away": 1}), 1013)] {
        let mut pair = Pair::open().await;
        pair.say(json!({"type": "connection_init", "payload": payload})).await;
        assert_eq!(pair.closed().await, code);
        pair.ended().await;
    }
}

#[tokio::test(start_paused = true)]
async fn while_the_client_is_looked_up_it_may_begin_nothing_and_introduce_itself_no_more() {
    for (message, code) in [
        (json!({"type": "subscribe", "id": "1", "payload": {"query": "{ works }"}}), 4401),
        (json!({"type": "connection_init", "payload": {"ok": true}}), 4429),
    ] {
        let mut pair = Pair::open().await;
        pair.say(json!({"type": "connection_init", "payload": {"slow": true}})).await;
        pair.say(message).await;
        assert_eq!(pair.closed().await, code);
        pair.ended().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_answers_pings_may_be_idle_for_ever() {
    let mut pair = Pair::acknowledged().await;
    pair.begin("1", "subscription { never }").await;
    let mut pings = 0;
    while pair.begun.elapsed() < Duration::from_secs(600) {
        // Reading answers them.
        let message = pair.client.next().await.unwrap().unwrap();
        assert!(matches!(message, Message::Ping(_)), "{message:?}");
        pings += 1;
    }
    assert_eq!(pings, 40);
    pair.begin("2", "{ works }").await;
    assert_eq!(pair.hear().await["payload"]["data"]["works"], 1);
    drop(pair.client);
    pair.server.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_is_not_heard_for_thirty_seconds_is_closed() {
    let mut pair = Pair::acknowledged().await;
    pair.begin("1", "subscription { never }").await;
    let begun = pair.begun;
    // Not read meanwhile, so that no ping is answered.
    tokio::time::timeout(Duration::from_secs(60), &mut pair.server).await.expect("closed by itself").unwrap();
    assert!(seconds(30..=31).contains(&begun.elapsed()), "{:?}", begun.elapsed());
    let mut written = Vec::new();
    pair.client.into_inner().read_to_end(&mut written).await.unwrap();
    // A ping, and a close frame with the code 1001.
    assert!(written.starts_with(&[0x89, 0, 0x88]) && written[4..6] == 1001_u16.to_be_bytes(), "{written:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_never_yields_can_be_ended() {
    let mut pair = Pair::acknowledged().await;
    for id in ["1", "2"] {
        pair.begin(id, "subscription { never }").await;
    }
    pair.say(json!({"type": "complete", "id": "1"})).await;
    testkit::until("one is left", async || (pair.live.operations() == 1).then_some(())).await;
    pair.begin("1", "{ works }").await;
    assert_eq!(pair.hear().await["id"], "1");
    drop(pair.client);
    pair.server.await.unwrap();
    testkit::until("none is left", async || (pair.live.operations() == 0).then_some(())).await;
}

#[tokio::test]
async fn a_busy_operation_leaves_room_for_the_others() {
    let mut pair = Pair::acknowledged().await;
    for id in ["a", "b", "c"] {
        pair.begin(id, "subscription { always }").await;
    }
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    for _ in 0..3_000 {
        *counts.entry(pair.hear().await["id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert!(counts.len() == 3 && counts.values().all(|count| *count > 600), "{counts:?}");
    // Neither are requests of the client shut out.
    pair.begin("d", "{ works }").await;
    while pair.hear().await["id"] != "d" {}
    for id in ["a", "b", "c"] {
        pair.say(json!({"type": "complete", "id": id})).await;
    }
    testkit::until("they end", async || {
        while tokio::time::timeout(Duration::from_millis(1), pair.client.next()).await.is_ok() {}
        (pair.live.operations() == 0).then_some(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_ends_its_operation_alone() {
    let mut pair = Pair::acknowledged().await;
    pair.begin("other", "subscription { never }").await;
    pair.begin("1", "subscription { panics }").await;
    assert_eq!(pair.hear().await, json!({"type": "next", "id": "1", "payload": {"data": {"panics": 0}}}));
    for query in ["", "{ panics }"] {
        if !query.is_empty() {
            pair.begin("1", query).await;
        }
        let error = pair.hear().await;
        assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("1")), "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], "INTERNAL");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    pair.begin("1", "{ works }").await;
    assert_eq!(pair.hear().await["payload"]["data"]["works"], 1);
    assert_eq!(pair.hear().await, json!({"type": "complete", "id": "1"}));
    assert_eq!(pair.live.operations(), 1);
}

#[tokio::test(start_paused = true)]
async fn pings_beyond_measure_end_the_socket_and_a_few_do_not() {
    let mut pair = Pair::acknowledged().await;
    for n in 0..50 {
        pair.say(json!({"type": "ping", "payload": {"n": n}})).await;
        assert_eq!(pair.hear().await, json!({"type": "pong", "payload": {"n": n}}));
        pair.client.send(Message::Ping(bytes::Bytes::new())).await.unwrap();
        assert!(matches!(pair.client.next().await, Some(Ok(Message::Pong(_)))));
    }
    pair.say(json!({"type": "ping"})).await;
    assert_eq!(pair.closed().await, 4400);
    pair.ended().await;
    for flood in [Message::Ping(bytes::Bytes::new()), Message::text(json!({"type": "pong"}).to_string())] {
        let mut pair = Pair::acknowledged().await;
        for _ in 0..=100 {
            pair.client.send(flood.clone()).await.unwrap();
        }
        assert_eq!(pair.closed().await, 4400);
        pair.ended().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_closes_is_answered_and_let_go() {
    let mut pair = Pair::acknowledged().await;
    pair.begin("1", "subscription { never }").await;
    pair.client.close(None).await.unwrap();
    assert!(matches!(pair.client.next().await, Some(Ok(Message::Close(_)))));
    assert!(pair.ended().await < Duration::from_secs(1));
}
