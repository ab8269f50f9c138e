//! One task: its present state, then every version, without a gap.

use std::sync::Arc;
use std::time::Duration;

use api::error::Code;
use futures_util::future::join_all;
use tokio::time::timeout;
use uuid::Uuid;

use super::{Live, TestHub};

#[tokio::test]
async fn the_present_state_comes_first_and_then_every_change() {
    let t = TestHub::start().await;
    let acme = t.db.tenant("acme").await;
    let task = t.submit(&acme).await;
    t.flip(&acme, task.id).await;
    let mut live = Live::new(t.hub.watch(acme.id, task.id, None));
    let first = live.update().await;
    assert_eq!((first.change.seq, first.change.action.as_str()), (Some(2), "task.cancelled"));
    assert_eq!(*first.task, t.db.task(&acme, task.id).await.into());
    t.flip(&acme, task.id).await;
    t.flip(&acme, task.id).await;
    assert_eq!(live.versions_until(4).await, [3, 4]);
}

#[tokio::test]
async fn a_stream_resumes_after_the_version_it_is_given() {
    let t = TestHub::start().await;
    let acme = t.db.tenant("acme").await;
    let task = t.submit(&acme).await;
    for _ in 0..4 {
        t.flip(&acme, task.id).await;
    }
    for after in 0..5 {
        let expected: Vec<_> = (after + 1..=5).collect();
        let mut live = Live::new(t.hub.watch(acme.id, task.id, Some(after)));
        assert_eq!(live.versions_until(5).await, expected);
    }
    let mut live = Live::new(t.hub.watch(acme.id, task.id, Some(5)));
    t.flip(&acme, task.id).await;
    assert_eq!(live.versions_until(6).await, [6]);
}

#[tokio::test]
async fn another_tenants_task_is_not_there() {
    let t = TestHub::start().await;
    let (acme, other) = (t.db.tenant("acme").await, t.db.tenant("other").await);
    let theirs = t.submit(&acme).await.id;
    for (task_id, after) in [(theirs, None), (theirs, Some(0)), (Uuid::now_v7(), None), (Uuid::now_v7(), Some(7))] {
        let mut live = Live::new(t.hub.watch(other.id, task_id, after));
        assert_eq!(live.item().await.unwrap().unwrap_err().code, Code::NotFound);
        assert!(live.item().await.is_none());
    }
}

#[tokio::test]
async fn no_version_is_missed_while_listeners_die_and_streams_begin_in_between() {
    const LAST: i64 = 61;
    let t = Arc::new(TestHub::start().await);
    let acme = t.db.tenant("acme").await;
    let task = t.submit(&acme).await.id;
    let mut watchers = Vec::new();
    for version in 2..=LAST {
        let mut live = Live::new(t.hub.watch(acme.id, task, None));
        watchers.push(tokio::spawn(async move { live.versions_until(LAST).await }));
        t.flip(&acme, task).await;
        if version % 5 == 0 {
            t.kill_listeners().await;
        }
    }
    for watched in join_all(watchers).await {
        let versions = watched.unwrap();
        let expected: Vec<_> = (versions[0]..=LAST).collect();
        assert_eq!(versions, expected);
    }
    t.db.assert_invariants().await;
}

#[tokio::test]
async fn a_listener_that_comes_back_makes_up_for_what_it_missed() {
    let t = TestHub::start().await;
    let acme = t.db.tenant("acme").await;
    let task = t.submit(&acme).await.id;
    let mut live = Live::new(t.hub.watch(acme.id, task, None));
    let watching = tokio::spawn(async move { live.versions_until(3).await });
    // The hint is answered by a read that delivers and one that finds nothing more: then the stream waits.
    let before = t.now().await;
    t.flip(&acme, task).await;
    t.trail_is_read_twice(before, r#""seq" >"#).await;
    t.flip_in_silence(&acme, task).await;
    t.kill_listeners().await;
    // Well before the stream would have looked by itself.
    let versions = timeout(Duration::from_secs(6), watching).await.expect("only the sweep found it").unwrap();
    assert_eq!(versions.last(), Some(&3));
}

#[tokio::test]
async fn a_stream_outlives_the_loss_of_all_its_connections() {
    let t = TestHub::start().await;
    let acme = t.db.tenant("acme").await;
    let task = t.submit(&acme).await.id;
    let mut live = Live::new(t.hub.watch(acme.id, task, None));
    assert_eq!(live.versions_until(1).await, [1]);
    for version in 2..=5 {
        t.kill_everything().await;
        t.flip(&acme, task).await;
        assert_eq!(live.versions_until(version).await, [version]);
    }
}

#[tokio::test]
async fn a_stopped_hub_ends_its_streams() {
    let t = TestHub::start().await;
    let acme = t.db.tenant("acme").await;
    let task = t.submit(&acme).await.id;
    let mut watch = Live::new(t.hub.watch(acme.id, task, None));
    let mut follow = Live::new(t.hub.follow(acme.id, None));
    watch.update().await;
    t.stop.cancel();
    assert!(watch.item().await.is_none());
    assert!(follow.item().await.is_none());
}
