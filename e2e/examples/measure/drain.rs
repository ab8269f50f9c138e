//! How fast one worker process drains 20,000 `echo` tasks, against the bare transitions on one connection.

use std::time::{Duration, Instant};

use domain::task::{self, Claim, Completion, Report};
use e2e::Process;
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait, TryGetable};
use secrecy::ExposeSecret;

use crate::support::{Bench, median};

const TASKS: usize = 20_000;
const ROUNDS: usize = 3;

pub(crate) async fn run() {
    let bench = Bench::start().await;
    let (mut worker_rates, mut bare_rates) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        bench.submit(TASKS).await;
        let worker = worker(&bench).await;
        bench.submit(TASKS).await;
        let bare = bare(&bench, 32).await;
        println!(
            "round {round}: worker {worker:.0}/s, bare transitions (batch 32, one connection) {bare:.0}/s, ratio {:.2}",
            worker / bare
        );
        worker_rates.push(worker);
        bare_rates.push(bare);
    }
    let violations = domain::invariant::violations(&bench.db).await.unwrap();
    assert!(violations.is_empty(), "{violations:?}");
    let (worker, bare) = (median(worker_rates), median(bare_rates));
    println!("median: worker {worker:.0}/s, bare {bare:.0}/s, ratio {:.2}", worker / bare);
    bench.stop().await;
}

/// One release worker with its defaults (32 slots), from its start to the last completion.
async fn worker(bench: &Bench) -> f64 {
    let variables = [
        ("DATABASE_URL", bench.url().expose_secret().to_owned()),
        ("DATABASE_ROLE", "ctap_worker".to_owned()),
        ("PORT", "0".to_owned()),
        ("BIND_ADDRESS", "127.0.0.1".to_owned()),
    ];
    let started = Instant::now();
    let mut process = Process::start("worker", &variables);
    while open(bench).await > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let rate = rate(started);
    assert!(process.terminate().await.0.success());
    rate
}

async fn open(bench: &Bench) -> i64 {
    let sql = "SELECT (SELECT count(*) FROM (SELECT FROM tasks WHERE queued LIMIT 1) q) + (SELECT count(*) FROM leases)";
    let row = bench.db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
    i64::try_get_by_index(&row, 0).unwrap()
}

/// Claim and complete in a loop: what PostgreSQL allows one connection without any dispatch.
pub(crate) async fn bare(bench: &Bench, batch: usize) -> f64 {
    let kinds = vec!["echo".to_owned()];
    let started = Instant::now();
    loop {
        let claim = Claim {
            tenant_id: bench.caller.tenant_id,
            queue: "default",
            worker: "bare",
            kinds: &kinds,
            limit: batch,
            lease: Duration::from_secs(30),
        };
        let tx = bench.db.begin().await.unwrap();
        let claimed = task::claim(&tx, &bench.ids, claim).await.unwrap();
        tx.commit().await.unwrap();
        let Some(claimed) = claimed else { return rate(started) };
        let report = Report { tenant_id: claimed.tenant_id, worker: "bare" };
        let completions = claimed
            .tasks
            .into_iter()
            .map(|t| Completion { task_id: t.id, lease_epoch: t.lease_epoch, result: domain::json::tree(&t.payload).unwrap() })
            .collect();
        let tx = bench.db.begin().await.unwrap();
        task::complete(&tx, &bench.ids, report, completions).await.unwrap();
        task::end_leases(&tx, report, &[claimed.lease_id]).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[allow(clippy::cast_precision_loss, reason = "a count of tasks")]
fn rate(started: Instant) -> f64 {
    TASKS as f64 / started.elapsed().as_secs_f64()
}
