//! What the numbers of a `queue_stats` line cost when two million tasks wait, beside counting them.

use std::time::{Duration, Instant};

use domain::stats;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::support::{Bench, median};

const TASKS: &str = "2000000";
const READS: usize = 15;
/// What, in how many queues, due when (`n`: the task's number).
const CASES: [(&str, &str, &str); 4] = [
    ("all due", "5", "now() - interval '1 hour'"),
    ("all due tomorrow", "5", "now() + interval '1 day'"),
    ("most of each queue due", "1000", "now() + (n / 2000 - 950) * interval '1 minute'"),
    ("half of each queue due", "5", "now() + (n / 5 % 2 * 2 - 1) * interval '1 day'"),
];
const WAITING: &str = "INSERT INTO tasks (tenant_id, id, created_by, run_at, version, lease_epoch, attempt, max_attempts,
    timeout_seconds, status, priority, queued, is_failed, kind, queue, payload)
    SELECT $tenant, gen_random_uuid(), $tenant, $run_at, 1, 0, 0, 5, 300, 'pending', n / $queues % 2, true, false,
        'echo', 'queue-' || n % $queues, '{}' FROM generate_series(1, $tasks) n";
const COUNT: &str = "SELECT count(*) FROM tasks WHERE queued AND run_at <= now()";

pub(crate) async fn run() {
    for (name, queues, run_at) in CASES {
        let bench = Bench::start().await;
        let tenant = format!("'{}'::uuid", bench.caller.tenant_id);
        let fill = WAITING.replace("$tenant", &tenant).replace("$run_at", run_at).replace("$tasks", TASKS);
        bench.db.execute_unprepared(&fill.replace("$queues", queues)).await.unwrap();
        bench.db.execute_unprepared("VACUUM ANALYZE").await.unwrap();
        let begun = Instant::now();
        let due = count(&bench.db).await;
        let scan = millis(begun.elapsed());
        let (mut times, mut pending) = (Vec::new(), 0);
        for _ in 0..READS {
            let begun = Instant::now();
            pending = stats::tasks(&bench.db).await.unwrap().pending;
            times.push(millis(begun.elapsed()));
        }
        let time = median(times);
        println!(
            "{TASKS} tasks, {name}, {queues} queues: {pending} pending of {due} that are due, {time:.1} ms; counting {scan:.0} ms, ratio {:.0}",
            scan / time
        );
        bench.stop().await;
    }
}

async fn count(db: &DatabaseConnection) -> i64 {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, COUNT)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
