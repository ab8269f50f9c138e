//! What one primary carries end to end, on one machine: clients that submit over REST, one API, one worker, and a durable
//! PostgreSQL; beside it the bare submissions of the same minute. And what a finished task leaves on the disk.

use std::time::{Duration, Instant};

use domain::access::{NewKey, Scopes, create_key};
use domain::task::{self, NewTask};
use e2e::{Client, Process};
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait, TryGetable};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::support::{Bench, UNLIMITED, median};

const CLIENTS: usize = 16;
const TASKS_PER_CLIENT: usize = 500;
const BARE: usize = 4_000;
const ROUNDS: usize = 3;

pub(crate) async fn run() {
    let bench = Bench::start().await;
    let key = key(&bench).await;
    let mut api = process(&bench, "api", "ctap_api");
    let mut worker = process(&bench, "worker", "ctap_worker");
    let client = Client::new(&api.address().await, &key);
    worker.address().await;
    let (before, wal) = (sizes(&bench).await, wal(&bench).await);
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let begun = Instant::now();
        let mut times = submissions(&client).await;
        let submitted = rate(times.len(), begun);
        while open(&bench).await > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let finished = rate(times.len(), begun);
        times.sort();
        let ms = |part: usize| times[times.len() * part / 100].as_secs_f64() * 1e3;
        let (p50, p99, bare) = (ms(50), ms(99), bare(&bench).await);
        println!(
            "round {round}: {CLIENTS} clients submit {submitted:.0}/s (p50 {p50:.1} ms, p99 {p99:.1} ms), all done at {finished:.0}/s; \
             bare submissions on one connection {bare:.0}/s, ratio {:.2}",
            submitted / bare
        );
        ratios.push(submitted / bare);
        drain(&bench).await;
    }
    println!("median: ratio {:.2}", median(ratios));
    disk(&bench, before, wal).await;
    assert!(api.terminate().await.0.success() && worker.terminate().await.0.success());
    bench.stop().await;
}

async fn key(bench: &Bench) -> String {
    let tx = bench.db.begin().await.unwrap();
    let lifetime = Duration::from_secs(3_600);
    let (scopes, actor) = (Scopes::TENANT, "system:bench");
    let new = NewKey { tenant: "acme", user: "ann", name: "bench", environment: "dev", scopes, lifetime, actor };
    let made = create_key(&tx, &bench.ids, new).await.unwrap();
    tx.commit().await.unwrap();
    made.key.secret().expose_secret().to_owned()
}

fn process(bench: &Bench, name: &str, role: &str) -> Process {
    let mut variables = vec![
        ("DATABASE_URL", bench.url().expose_secret().to_owned()),
        ("DATABASE_ROLE", role.to_owned()),
        ("PORT", "0".to_owned()),
        ("BIND_ADDRESS", "127.0.0.1".to_owned()),
    ];
    variables.extend(UNLIMITED.iter().map(|(name, value)| (*name, (*value).to_owned())));
    Process::start(name, &variables)
}

/// Each client submits one after the other; how long each submission took.
async fn submissions(client: &Client) -> Vec<Duration> {
    let one = |client: Client| async move {
        let mut times = Vec::with_capacity(TASKS_PER_CLIENT);
        for n in 0..TASKS_PER_CLIENT {
            let begun = Instant::now();
            client
                .submit("echo", json!({"order": n, "note": "some hundred bytes of payload, as a submitter might have them"}))
                .await;
            times.push(begun.elapsed());
        }
        times
    };
    let clients: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(one(client.clone()))).collect();
    let mut all = Vec::new();
    for client in clients {
        all.extend(client.await.unwrap());
    }
    all
}

/// Transactions with one submission each, as the API writes them, on one connection and without anything around them.
async fn bare(bench: &Bench) -> f64 {
    let begun = Instant::now();
    for n in 0..BARE {
        let new = NewTask { kind: "echo".into(), payload: json!({"n": n}), queue: Some("bare".into()), ..NewTask::default() };
        let tx = bench.db.begin().await.unwrap();
        task::create(&tx, &bench.ids, &bench.caller, new.validate().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
    }
    rate(BARE, begun)
}

/// Until the worker has done those too.
async fn drain(bench: &Bench) {
    while open(bench).await > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn open(bench: &Bench) -> i64 {
    number(bench, "SELECT (SELECT count(*) FROM (SELECT FROM tasks WHERE queued LIMIT 1) q) + (SELECT count(*) FROM leases)")
        .await
}

async fn wal(bench: &Bench) -> i64 {
    number(bench, "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint").await
}

/// Bytes of tasks and trail, with their indexes.
async fn sizes(bench: &Bench) -> [i64; 2] {
    let trail = "SELECT sum(pg_total_relation_size(relid))::bigint FROM pg_partition_tree('audit_logs') WHERE isleaf";
    [number(bench, "SELECT pg_total_relation_size('tasks')").await, number(bench, trail).await]
}

async fn number(bench: &Bench, sql: &str) -> i64 {
    let row = bench.db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
    i64::try_get_by_index(&row, 0).unwrap()
}

#[expect(clippy::cast_precision_loss, reason = "bytes and tasks of a measurement")]
async fn disk(bench: &Bench, before: [i64; 2], wal_before: i64) {
    let tasks = number(bench, "SELECT count(*) FROM tasks").await as f64;
    let (after, wal) = (sizes(bench).await, wal(bench).await - wal_before);
    let per_task = |bytes: i64| bytes as f64 / tasks;
    println!(
        "disk: {:.0} bytes a task for the task, {:.0} for its trail, indexes included; {:.0} bytes of write-ahead log ({tasks} tasks)",
        per_task(after[0] - before[0]),
        per_task(after[1] - before[1]),
        per_task(wal)
    );
}

#[expect(clippy::cast_precision_loss, reason = "a count of tasks")]
fn rate(tasks: usize, begun: Instant) -> f64 {
    tasks as f64 / begun.elapsed().as_secs_f64()
}
