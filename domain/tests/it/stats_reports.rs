//! What workers report: summed over all, told once, and by one of them at a time.

use std::time::Duration;

use domain::stats::{self, Outcomes, Taken};
use sea_orm::ConnectionTrait;
use testkit::{TestDb, echo};

use crate::stage::{LEASE, Stage};

const INTERVAL: Duration = Duration::from_secs(30);
const NOTHING: Outcomes = Outcomes { done: 0, retried: 0, failed: 0, rescued: 0 };

fn done(done: u64) -> Outcomes {
    Outcomes { done, ..NOTHING }
}

async fn report(db: &TestDb, worker: &str, total: Outcomes, reported: Outcomes) -> Duration {
    stats::report(&db.worker, worker, total, reported, INTERVAL).await.unwrap()
}

async fn take(db: &TestDb) -> Taken {
    stats::take(&db.worker).await.unwrap()
}

/// As if so much time had passed since everything there is.
async fn later(db: &TestDb, by: &str) {
    let sql = format!(
        "UPDATE stats_turn SET taken_at = taken_at - interval '{by}'; UPDATE worker_reports SET seen_at = seen_at - interval '{by}'"
    );
    db.owner.execute_unprepared(&sql).await.unwrap();
}

#[tokio::test]
async fn one_of_all_takes_the_turn_and_the_next_one_an_interval_later() {
    let db = TestDb::new().await;
    let turns = async || {
        let turn = async || u32::from(stats::take_turn(&db.worker, INTERVAL).await.unwrap());
        let (a, b, c, d) = tokio::join!(turn(), turn(), turn(), turn());
        a + b + c + d
    };
    assert_eq!(report(&db, "a", NOTHING, NOTHING).await, Duration::ZERO, "the first line is due at once");
    assert_eq!(turns().await, 1);
    assert_eq!(turns().await, 0);
    later(&db, "20 s").await;
    let due_in = report(&db, "a", NOTHING, NOTHING).await;
    assert!(due_in > Duration::ZERO && due_in <= Duration::from_secs(10), "{due_in:?}");
    assert_eq!(turns().await, 0);
    later(&db, "10 s").await;
    assert_eq!(report(&db, "b", NOTHING, NOTHING).await, Duration::ZERO);
    assert_eq!(turns().await, 1);
    assert_eq!(turns().await, 0);
}

#[tokio::test]
async fn what_all_workers_counted_is_summed_and_told_once() {
    let db = TestDb::new().await;
    let a = Outcomes { done: 5, retried: 1, failed: 2, rescued: 3 };
    report(&db, "a", a, NOTHING).await;
    report(&db, "b", done(10), NOTHING).await;
    let sum = Outcomes { done: 15, ..a };
    assert_eq!(take(&db).await, Taken { outcomes: sum, workers: 2 });
    assert_eq!(take(&db).await, Taken { outcomes: NOTHING, workers: 2 });
    // Repeated, because the answer was lost; and a late one from before.
    report(&db, "a", Outcomes { done: 7, ..a }, a).await;
    report(&db, "a", Outcomes { done: 7, ..a }, a).await;
    report(&db, "a", done(1), NOTHING).await;
    assert_eq!(take(&db).await.outcomes, done(2));
}

#[tokio::test]
async fn two_who_take_at_once_take_nothing_twice_and_lose_nothing() {
    let db = TestDb::new().await;
    let work = async {
        for n in 1..=60 {
            report(&db, "a", done(n), done(n - 1)).await;
            report(&db, "b", done(2 * n), done(2 * n - 2)).await;
        }
    };
    let log = async || {
        let mut sum = 0;
        for _ in 0..60 {
            sum += take(&db).await.outcomes.done;
        }
        sum
    };
    let ((), one, other) = tokio::join!(work, log(), log());
    assert_eq!(one + other + take(&db).await.outcomes.done, 60 + 120);
}

#[tokio::test]
async fn a_worker_counts_for_a_minute_and_is_forgotten_after_an_hour_with_its_last_numbers_told() {
    let db = TestDb::new().await;
    report(&db, "a", done(3), NOTHING).await;
    later(&db, "2 minutes").await;
    report(&db, "b", NOTHING, NOTHING).await;
    assert_eq!(take(&db).await, Taken { outcomes: done(3), workers: 1 });
    report(&db, "a", done(4), done(3)).await;
    later(&db, "2 hours").await;
    assert_eq!(take(&db).await, Taken { outcomes: done(1), workers: 0 });
    // It was only frozen. What it reported before is not told again.
    report(&db, "a", done(9), done(4)).await;
    assert_eq!(take(&db).await, Taken { outcomes: done(5), workers: 1 });
}

#[tokio::test]
async fn who_holds_a_lease_counts_as_a_worker_also_without_a_report() {
    let stage = Stage::new().await;
    stage.db.submit(&stage.acme, echo(1)).await;
    stage.db.submit(&stage.acme, echo(2)).await;
    stage.claim_as("old", 1, LEASE).await.unwrap();
    stage.claim_as("new", 1, LEASE).await.unwrap();
    report(&stage.db, "new", NOTHING, NOTHING).await;
    assert_eq!(take(&stage.db).await.workers, 2);
}
