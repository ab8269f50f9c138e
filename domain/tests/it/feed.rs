//! A tenant's feed in commit order: late commits are waited for, nothing is skipped.

use domain::feed::{self, Horizons, Position};
use domain::task;
use sea_orm::TransactionTrait;
use testkit::echo;
use uuid::Uuid;

use crate::stage::Stage;

async fn read(stage: &Stage, after: Position) -> Vec<Uuid> {
    let horizon = feed::horizon(&stage.db.api).await.unwrap();
    let rows = feed::read(&stage.db.api, stage.acme.id, after, horizon, 100).await.unwrap();
    rows.into_iter().map(|row| row.task_id.unwrap()).collect()
}

/// Reads until as many rows are there: a transaction of another database of the cluster holds the horizon back, too.
async fn read_all(stage: &Stage, after: Position, expected: &[Uuid]) {
    let what = format!("{} rows below the horizon", expected.len());
    let rows = testkit::until(&what, async || Some(read(stage, after).await).filter(|rows| rows.len() >= expected.len())).await;
    assert_eq!(rows, expected);
}

async fn now(stage: &Stage) -> Position {
    feed::present(feed::horizon(&stage.db.api).await.unwrap())
}

#[tokio::test]
async fn a_row_of_an_older_transaction_that_commits_later_is_not_skipped() {
    let stage = Stage::new().await;
    let start = now(&stage).await;
    let slow = stage.db.api.begin().await.unwrap();
    let first = task::create(&slow, stage.ids(), &stage.acme.caller(), echo(1).validate().unwrap()).await.unwrap().task.id;
    let second = stage.db.submit(&stage.acme, echo(2)).await.id;
    assert!(read(&stage, start).await.is_empty(), "the second must wait: whoever read past the first would miss it");
    slow.commit().await.unwrap();
    read_all(&stage, start, &[first, second]).await;
}

#[tokio::test]
async fn from_now_on_means_that_nothing_committed_later_is_missed() {
    let stage = Stage::new().await;
    stage.db.submit(&stage.acme, echo(0)).await;
    let open = stage.db.api.begin().await.unwrap();
    let mine = task::create(&open, stage.ids(), &stage.acme.caller(), echo(1).validate().unwrap()).await.unwrap().task.id;
    let start = now(&stage).await;
    open.commit().await.unwrap();
    // An earlier row may come once more, when a transaction of another database held the horizon back at the start.
    let rows =
        testkit::until("the row is in the feed", async || Some(read(&stage, start).await).filter(|rows| rows.contains(&mine)))
            .await;
    assert_eq!(rows.last(), Some(&mine));
}

#[tokio::test]
async fn a_reader_resumes_after_any_row_without_repeating_or_missing_one() {
    let stage = Stage::new().await;
    let start = now(&stage).await;
    let mut expected = Vec::new();
    for n in 0..10 {
        expected.push(stage.db.submit(&stage.acme, echo(n)).await.id);
    }
    read_all(&stage, start, &expected).await;
    let horizon = feed::horizon(&stage.db.api).await.unwrap();
    let mut position = start;
    let mut seen = Vec::new();
    loop {
        let rows = feed::read(&stage.db.api, stage.acme.id, position, horizon, 3).await.unwrap();
        let Some(last) = rows.last() else { break };
        position = Position { xid: last.xid, id: last.id, since: last.timestamp };
        seen.extend(rows.into_iter().map(|row| row.task_id.unwrap()));
    }
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn another_tenants_changes_are_not_in_the_feed() {
    let stage = Stage::new().await;
    let other = stage.db.tenant("other").await;
    let start = now(&stage).await;
    stage.db.submit(&other, echo(1)).await;
    assert!(read(&stage, start).await.is_empty());
}

#[test]
fn horizons_tell_since_when_a_transaction_can_have_run() {
    let at = |seconds| chrono::DateTime::from_timestamp(seconds, 0).unwrap();
    let mut horizons = Horizons::default();
    for n in 0..100 {
        horizons.push(feed::Horizon { xmin: n * 10, xmax: n * 10 + 5, at: at(n) });
    }
    assert_eq!(horizons.before(995), Some(at(99)));
    assert_eq!(horizons.before(994), Some(at(98)));
    assert_eq!(horizons.before(10_000), Some(at(99)));
    assert_eq!(horizons.before(3), None, "forgotten");
}
