//! The line of numbers: its form, and that one of all workers writes it.

use std::collections::BTreeSet;

use e2e::{Process, System};
use nix::sys::signal::Signal;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value, json};
use testkit::until;

/// What the alerts read.
const CONTRACT: &str = include_str!("../../../terraform/modules/observability/log-lines.json");
/// What stands in every line.
const ENVELOPE: [&str; 6] = ["event", "message", "service", "severity", "target", "time"];

async fn system() -> System {
    System::start_with(&[("STATS_SECONDS", "1")]).await
}

/// The lines of these processes by their time.
fn lines(workers: &[&Process]) -> Vec<Value> {
    let mut lines: Vec<_> =
        workers.iter().flat_map(|worker| worker.records()).filter(|record| record["event"] == "queue_stats").collect();
    lines.sort_by_key(time);
    lines
}

fn time(line: &Value) -> DateTimeUtc {
    line["time"].as_str().unwrap().parse().unwrap()
}

fn sum(lines: &[Value], field: &str) -> u64 {
    lines.iter().map(|line| line[field].as_u64().unwrap()).sum()
}

/// Waits until a worker writes one more line.
async fn next_line(worker: &Process) -> Value {
    let before = lines(&[worker]).len();
    until("the worker writes a line", async || lines(&[worker]).get(before).cloned()).await
}

#[tokio::test]
async fn the_line_has_the_fields_that_the_alerts_read_and_all_are_numbers() {
    let system = system().await;
    system.client.submit_with(json!({"kind": "echo", "payload": {}, "queue": "none", "runAt": "2099-01-01T00:00:00Z"})).await;
    let worker = system.worker().await;
    let line = next_line(&worker).await;
    assert_eq!((&line["severity"], &line["service"]), (&json!("INFO"), &json!("ctap-worker")), "{line}");
    let contract: Value = serde_json::from_str(CONTRACT).unwrap();
    let wanted: BTreeSet<_> = contract["queue_stats"]["fields"].as_object().unwrap().keys().map(String::as_str).collect();
    let line = line.as_object().unwrap();
    let there: BTreeSet<_> = line.keys().map(String::as_str).filter(|key| !ENVELOPE.contains(key)).collect();
    assert_eq!(there, wanted);
    assert!(there.iter().all(|key| line[*key].is_number()), "{line:?}");
    assert_eq!((&line["workers"], &line["pending"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn of_three_workers_one_writes_the_line_and_all_are_in_it() {
    let system = system().await;
    let (a, b, mut c) = (system.worker().await, system.worker().await, system.worker().await);
    let mut ids = Vec::new();
    for n in 0..100 {
        ids.push(system.db.submit(&system.acme, testkit::sleep(n % 50)).await.id.to_string());
    }
    for id in &ids {
        system.until_status(id, "done").await;
    }
    // What it counted last is reported before it is gone, and told by another one.
    c.terminate().await;
    let workers = [&a, &b, &c];
    until("all that was done was told", async || (sum(&lines(&workers), "done") >= 100).then_some(())).await;
    until("more lines", async || (lines(&workers).len() >= 6).then_some(())).await;
    let lines = lines(&workers);
    assert_eq!((sum(&lines, "done"), sum(&lines, "rescued")), (100, 0), "{lines:#?}");
    assert!(lines.iter().any(|line| line["workers"] == 3));
    // A turn is taken a second after the one before or later; the line follows a moment later.
    let span = (time(&lines[lines.len() - 1]) - time(&lines[0])).num_milliseconds() + 500;
    assert!(i64::try_from(lines.len()).unwrap() <= span / 1_000 + 1, "{lines:#?}");
}

#[tokio::test]
async fn when_the_one_that_writes_dies_or_hangs_another_one_does() {
    let system = system().await;
    let mut first = system.worker().await;
    next_line(&first).await;
    let second = system.worker().await;
    first.kill();
    next_line(&second).await;
    let third = system.worker().await;
    second.signal(Signal::SIGSTOP);
    next_line(&third).await;
    second.signal(Signal::SIGCONT);
    system.db.assert_invariants().await;
}
