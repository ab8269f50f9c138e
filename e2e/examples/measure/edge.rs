//! How long a healthy client waits for `GET /v1/tasks/{id}` while 5,000 connections lie idle and others are slow.

use std::time::{Duration, Instant};

use e2e::System;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{UNLIMITED, median};

const IDLE: usize = 5_000;
const SLOW: usize = 500;
const REQUESTS: usize = 2_000;
const ROUNDS: usize = 3;

pub(crate) async fn run() {
    let system = System::start_with(UNLIMITED).await;
    let task = system.client.submit("echo", json!({"n": 1})).await;
    let id = task["id"].as_str().unwrap();
    latencies(&system, id).await;
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let quiet = latencies(&system, id).await;
        let attack = attack(&system).await;
        let loaded = latencies(&system, id).await;
        drop(attack);
        let ratio = loaded.1 / quiet.1;
        println!(
            "round {round}: quiet p50 {:.2} ms, p99 {:.2} ms; {IDLE} idle and {SLOW} slow clients: p50 {:.2} ms, p99 {:.2} ms; p99 ratio {ratio:.2}",
            quiet.0, quiet.1, loaded.0, loaded.1
        );
        ratios.push(ratio);
    }
    println!("median: p99 ratio {:.2}", median(ratios));
}

/// p50 and p99 in milliseconds.
async fn latencies(system: &System, id: &str) -> (f64, f64) {
    let mut times = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let begun = Instant::now();
        system.client.get(id).await;
        times.push(begun.elapsed());
    }
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    (ms(times[REQUESTS / 2]), ms(times[REQUESTS * 99 / 100]))
}

/// Connections that say nothing, and some that stop in the middle of a head or of a body.
async fn attack(system: &System) -> Vec<TcpStream> {
    let key = &system.acme.key;
    let body = format!(
        "POST /v1/tasks HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{{"
    );
    let mut streams = Vec::with_capacity(IDLE + SLOW);
    for n in 0..IDLE + SLOW {
        let mut stream = TcpStream::connect(&system.client.address).await.unwrap();
        match n {
            n if n < IDLE => {}
            n if n % 2 == 0 => stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: a").await.unwrap(),
            _ => stream.write_all(body.as_bytes()).await.unwrap(),
        }
        streams.push(stream);
    }
    streams
}
