//! What an idle subscriber costs the API in memory, against the stock handler with its defaults, both as processes of
//! their own: the growth of the resident set by so many sockets, each with one subscription that has sent its first
//! change and waits for the next. Fails when ours is beyond 15 KiB.

use std::process::{Child, Command, Stdio};

use async_graphql::{EmptyMutation, Object, Schema, SimpleObject, Subscription};
use async_graphql_axum::GraphQLSubscription;
use e2e::System;
use futures_util::{SinkExt, Stream, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio_tungstenite::connect_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::support::UNLIMITED;

/// Opened first and not counted: they bring pools and caches to their size.
const WARM_UP: usize = 1_000;
const SOCKETS: usize = 2_000;
const ROUNDS: usize = 5;
/// The most that an idle subscriber may cost, in the median of the rounds: a page more or less for each thread is noise.
const LIMIT_KIB: f64 = 15.0;

pub(crate) async fn run() {
    let mut rounds = Vec::new();
    for round in 1..=ROUNDS {
        let (ours, stock) = (ours().await, stock().await);
        println!(
            "round {round}: {:.1} KiB per idle subscriber, stock handler {:.1} KiB, ratio {:.3} ({SOCKETS} sockets)",
            ours,
            stock,
            ours / stock
        );
        rounds.push(ours);
    }
    rounds.sort_by(f64::total_cmp);
    let median = rounds[ROUNDS / 2];
    println!("median {median:.1} KiB");
    assert!(median <= LIMIT_KIB, "an idle subscriber costs more than {LIMIT_KIB} KiB");
}

async fn ours() -> f64 {
    let system = System::start_with(UNLIMITED).await;
    let id = system.client.submit("echo", json!({"n": 1})).await["id"].clone();
    let kib = growth(&system.client.address, &system.acme.key, id.as_str().unwrap(), system.api.id()).await;
    let log = system.api.records();
    assert!(log.iter().all(|record| record["severity"] != "ERROR"), "{log:?}");
    kib
}

async fn stock() -> f64 {
    let mut server = Stock::start();
    let address = server.address().await;
    growth(&address, "", "1", server.0.id()).await
}

/// KiB of the process's resident set for each socket.
#[expect(clippy::cast_precision_loss, reason = "a count of sockets")]
async fn growth(address: &str, key: &str, task_id: &str, pid: u32) -> f64 {
    let mut open = Vec::new();
    for _ in 0..WARM_UP {
        open.push(subscriber(address, key, task_id).await);
    }
    let before = resident_kib(pid);
    for _ in 0..SOCKETS {
        open.push(subscriber(address, key, task_id).await);
    }
    let after = resident_kib(pid);
    assert!(open.iter().all(|socket| !socket.is_finished()), "a socket was closed meanwhile");
    after.saturating_sub(before) as f64 / SOCKETS as f64
}

/// A client whose subscription has got its first change; it goes on reading, so that pings are answered.
async fn subscriber(address: &str, key: &str, task_id: &str) -> tokio::task::JoinHandle<()> {
    let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let config = WebSocketConfig::default().read_buffer_size(1024);
    let (mut socket, _) = connect_async_with_config(request, Some(config), false).await.unwrap();
    let query = "subscription($id: ID!) { taskUpdated(id: $id) { cursor version task { status } } }";
    for message in [
        json!({"type": "connection_init", "payload": {"authorization": format!("Bearer {key}")}}),
        json!({"type": "subscribe", "id": "1", "payload": {"query": query, "variables": {"id": task_id}}}),
    ] {
        socket.send(Message::text(message.to_string())).await.unwrap();
        let answer = socket.next().await.unwrap().unwrap();
        let answer: Value = serde_json::from_str(answer.to_text().unwrap()).unwrap();
        assert!(answer["type"] == "connection_ack" || answer["payload"]["data"].is_object(), "{answer}");
    }
    tokio::spawn(async move { while let Some(Ok(_)) = socket.next().await {} })
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// This program again, as a server with the stock handler.
struct Stock(Child);

impl Stock {
    fn start() -> Stock {
        let mut command = Command::new(std::env::current_exe().unwrap());
        Stock(command.arg("socket-memory-stock").stdout(Stdio::piped()).spawn().unwrap())
    }

    async fn address(&mut self) -> String {
        let pipe = self.0.stdout.take().unwrap();
        let pipe = tokio::process::ChildStdout::from_std(pipe).unwrap();
        BufReader::new(pipe).lines().next_line().await.unwrap().unwrap()
    }
}

impl Drop for Stock {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Query;

#[Object]
impl Query {
    async fn nothing(&self) -> bool {
        true
    }
}

/// What the measured subscription asks for.
#[derive(Clone, SimpleObject)]
struct TaskUpdate {
    cursor: &'static str,
    version: i32,
    task: Task,
}

#[derive(Clone, SimpleObject)]
struct Task {
    status: &'static str,
}

struct Changes;

#[Subscription]
impl Changes {
    async fn task_updated(&self, id: async_graphql::ID) -> impl Stream<Item = TaskUpdate> {
        let task = Task { status: "PENDING" };
        let update = TaskUpdate { cursor: "Y3Vyc29yCg", version: 1, task };
        futures_util::stream::once(async move {
            drop(id);
            update
        })
        .chain(futures_util::stream::pending())
    }
}

/// The stock handler, its defaults and axum's.
pub(crate) async fn serve_stock() {
    let schema = Schema::new(Query, EmptyMutation, Changes);
    let app = axum::Router::new().route_service("/graphql", GraphQLSubscription::new(schema));
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", tcp.local_addr().unwrap());
    axum::serve(tcp, app).await.unwrap();
}
