//! What counting costs: transitions with and without the counters' triggers, and a read of the counts beside a scan of two
//! million tasks.

use std::time::{Duration, Instant};

use domain::counts;
use domain::task::{self, NewTask};
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::json;

use crate::drain::bare;
use crate::support::{Bench, median};

const DRAINED: usize = 20_000;
const SUBMITTED: usize = 2_000;
const ROUNDS: usize = 3;
const READS: usize = 300;
/// Tasks that nobody works on any more, in five queues.
const HISTORY: &str = "INSERT INTO tasks (tenant_id, id, created_by, run_at, version, lease_epoch, attempt, max_attempts,
    timeout_seconds, status, priority, queued, is_failed, kind, queue, payload, finished_at)
    SELECT $tenant, gen_random_uuid(), $tenant, now(), 3, 1, 1, 5, 300, 'done', 0, false, false,
        'echo', 'queue-' || n % 5, '{}', now() FROM generate_series(1, 2000000) n";
/// As much beside the counters as a reader meets before somebody folds.
const UNFOLDED: &str = "INSERT INTO task_count_changes (tenant_id, queue, kind, status, change)
    SELECT $tenant, 'default', 'echo', 'done', 1 FROM generate_series(1, 1000)";
const SCAN: &str = "SELECT queue, kind, status, count(*) FROM tasks WHERE tenant_id = $tenant GROUP BY queue, kind, status";

pub(crate) async fn run() {
    let bench = Bench::start().await;
    let tenant = format!("'{}'::uuid", bench.caller.tenant_id);
    let (mut submits, mut drains) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let mut figures = Vec::new();
        for triggers in ["ENABLE", "DISABLE"] {
            let set = ["inserted", "updated"].map(|name| format!("ALTER TABLE tasks {triggers} TRIGGER count_{name}"));
            bench.db.execute_unprepared(&set.join(";")).await.unwrap();
            let submit = submit(&bench).await;
            bench.submit(DRAINED - SUBMITTED).await;
            figures.push((submit, bare(&bench, 32).await));
            counts::fold(&bench.db, bench.caller.tenant_id).await.unwrap();
        }
        let [(submit, drain), (plain_submit, plain_drain)] = [figures[0], figures[1]];
        println!(
            "round {round}: one submission {submit:.0} µs with counters, {plain_submit:.0} without, ratio {:.2}; \
             drain (batch 32, one connection) {drain:.0}/s with, {plain_drain:.0} without, ratio {:.2}",
            submit / plain_submit,
            drain / plain_drain
        );
        submits.push(submit / plain_submit);
        drains.push(drain / plain_drain);
    }
    println!("median ratios: submission {:.2}, drain {:.2}", median(submits), median(drains));
    bench.db.execute_unprepared("ALTER TABLE tasks ENABLE TRIGGER count_inserted").await.unwrap();
    bench.db.execute_unprepared(&HISTORY.replace("$tenant", &tenant)).await.unwrap();
    bench.db.execute_unprepared(&UNFOLDED.replace("$tenant", &tenant)).await.unwrap();
    bench.db.execute_unprepared("VACUUM ANALYZE").await.unwrap();
    let begun = Instant::now();
    bench.db.execute_unprepared(&SCAN.replace("$tenant", &tenant)).await.unwrap();
    let scan = millis(begun.elapsed());
    let (p50, p99) = reads(&bench).await;
    println!(
        "2,000,000 tasks: counts p50 {p50:.2} ms, p99 {p99:.2} ms; a scan of the tasks {scan:.0} ms, ratio {:.0}",
        scan / p50
    );
    bench.stop().await;
}

/// Median time of one submission in a transaction of its own, in µs.
async fn submit(bench: &Bench) -> f64 {
    let mut times = Vec::new();
    for n in 0..SUBMITTED {
        let new = NewTask { kind: "echo".into(), payload: json!({"n": n}), ..NewTask::default() };
        let begun = Instant::now();
        let tx = bench.db.begin().await.unwrap();
        task::create(&tx, &bench.ids, &bench.caller, new.validate().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        times.push(millis(begun.elapsed()) * 1_000.0);
    }
    median(times)
}

/// The middle and the slowest hundredth of many reads, in ms.
async fn reads(bench: &Bench) -> (f64, f64) {
    let mut times = Vec::new();
    for _ in 0..READS {
        let begun = Instant::now();
        let counted = counts::of_tenant(&bench.db, bench.caller.tenant_id, 1_000).await.unwrap();
        times.push(millis(begun.elapsed()));
        assert!(counted.all.values().sum::<i64>() >= 2_000_000);
    }
    times.sort_by(f64::total_cmp);
    (times[READS / 2], times[READS * 99 / 100])
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
