//! All changes of a tenant, each once, in commit order.

use std::sync::Arc;

use api::error::Code;
use domain::entity::audit_log::{Column, Entity};
use domain::feed::Position;
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, TransactionTrait};
use testkit::{DEADLINE, Tenant};
use tokio::sync::mpsc;
use tokio::time::timeout;
use uuid::Uuid;

use super::{Live, TestHub};

/// The tenant's transitions as the table has them, in commit order.
async fn trail(t: &TestHub, tenant: &Tenant) -> Vec<Uuid> {
    let rows = Entity::find()
        .filter(Column::TenantId.eq(tenant.id))
        .filter(Column::Seq.is_not_null())
        .order_by_asc(Column::Xid)
        .order_by_asc(Column::Id)
        .all(&t.db.owner)
        .await
        .unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

async fn delivered(live: &mut Live, count: usize) -> Vec<Uuid> {
    let updates = live.updates(count).await;
    assert!(updates.iter().all(|update| update.task.version >= update.change.seq.unwrap()));
    updates.into_iter().map(|update| update.change.id).collect()
}

#[tokio::test]
async fn every_change_comes_once_and_in_commit_order_while_listeners_die() {
    let t = Arc::new(TestHub::start().await);
    let (acme, other) = (t.db.tenant("acme").await, t.db.tenant("other").await);
    let (from_acme, from_other) = (t.hub.present().await.unwrap(), t.hub.present().await.unwrap());
    let mut live = Live::new(t.hub.follow(acme.id, Some(from_acme)));
    let mut live_other = Live::new(t.hub.follow(other.id, Some(from_other)));
    let following = tokio::spawn(async move {
        let seen = delivered(&mut live, 84).await;
        (live, seen)
    });
    let writers = [&acme, &acme, &acme, &acme, &other, &other].map(|tenant| {
        let (t, tenant) = (Arc::clone(&t), tenant.clone());
        tokio::spawn(async move {
            let task = t.submit(&tenant).await.id;
            for turn in 0..20 {
                t.flip(&tenant, task).await;
                if turn % 7 == 0 {
                    t.kill_listeners().await;
                }
            }
        })
    });
    for writer in join_all(writers).await {
        writer.unwrap();
    }
    let (mut live, seen) = following.await.unwrap();
    assert_eq!(seen, trail(&t, &acme).await);
    assert_eq!(delivered(&mut live_other, 42).await, trail(&t, &other).await);
    // Nothing is repeated: what comes next is what happens next.
    let marker = t.submit(&acme).await.id;
    assert_eq!(live.update().await.change.task_id, Some(marker));
}

#[tokio::test]
async fn a_transaction_that_stays_open_is_waited_for_and_not_skipped() {
    let t = TestHub::start().await;
    let acme = t.db.tenant("acme").await;
    // Taken before the first change: a position in the present may repeat what was committed just before it.
    let begin = t.hub.present().await.unwrap();
    let slow = t.submit(&acme).await.id;
    let mut live = Live::new(t.hub.follow(acme.id, Some(begin)));
    assert_eq!(live.update().await.change.task_id, Some(slow));
    let tx = t.db.api.begin().await.unwrap();
    domain::task::cancel(&tx, &t.db.ids, &acme.caller(), slow, None).await.unwrap();
    // Later and already committed; to be delivered after the one that is not.
    let quick = [t.submit(&acme).await.id, t.submit(&acme).await.id];
    let (send, mut receive) = mpsc::unbounded_channel();
    let following = tokio::spawn(async move {
        for _ in 0..3 {
            send.send(live.update().await.change.task_id.unwrap()).unwrap();
        }
    });
    t.trail_is_read_twice(t.now().await, "pg_snapshot_xmin").await;
    assert!(receive.try_recv().is_err(), "delivered past an open transaction");
    tx.commit().await.unwrap();
    t.notifier.changed(acme.id, [slow]);
    timeout(DEADLINE, following).await.unwrap().unwrap();
    let order: Vec<_> = std::iter::from_fn(|| receive.try_recv().ok()).collect();
    assert_eq!(order, [slow, quick[0], quick[1]]);
}

#[tokio::test]
async fn a_foreign_transaction_holds_the_feed_up_only_as_long_as_it_runs() {
    let t = TestHub::start().await;
    let (acme, other) = (t.db.tenant("acme").await, t.db.tenant("other").await);
    let foreign = t.submit(&other).await.id;
    let mut live = Live::new(t.hub.follow(acme.id, Some(t.hub.present().await.unwrap())));
    let tx = t.db.api.begin().await.unwrap();
    domain::task::cancel(&tx, &t.db.ids, &other.caller(), foreign, None).await.unwrap();
    let mine = t.submit(&acme).await.id;
    // Rolled back, and nobody says so: the stream has to find out by itself.
    tx.rollback().await.unwrap();
    assert_eq!(live.update().await.change.task_id, Some(mine));
}

#[tokio::test]
async fn a_stream_resumes_behind_any_update() {
    let t = TestHub::start().await;
    let acme = t.db.tenant("acme").await;
    let begin = t.hub.present().await.unwrap();
    let task = t.submit(&acme).await.id;
    for _ in 0..6 {
        t.flip(&acme, task).await;
    }
    let updates = Live::new(t.hub.follow(acme.id, Some(begin))).updates(7).await;
    for (at, update) in updates.iter().enumerate() {
        let mut live = Live::new(t.hub.follow(acme.id, Some(update.position)));
        let rest: Vec<_> = live.updates(6 - at).await.into_iter().map(|u| u.change.id).collect();
        let expected: Vec<_> = updates[at + 1..].iter().map(|u| u.change.id).collect();
        assert_eq!(rest, expected);
    }
}

#[tokio::test]
async fn a_long_backlog_is_delivered_whole() {
    let t = TestHub::start().await;
    let acme = t.db.tenant("acme").await;
    let begin = t.hub.present().await.unwrap();
    let tx = t.db.api.begin().await.unwrap();
    for n in 0..1_100 {
        let new = testkit::echo(n).validate().unwrap();
        domain::task::create(&tx, &t.db.ids, &acme.caller(), new).await.unwrap();
    }
    tx.commit().await.unwrap();
    let long_ago = Position { since: begin.since - chrono::Duration::hours(20), ..begin };
    for after in [begin, long_ago] {
        let mut live = Live::new(t.hub.follow(acme.id, Some(after)));
        let whole = trail(&t, &acme).await;
        assert_eq!(delivered(&mut live, whole.len()).await, whole);
        // Behind no more: what comes next is what happens next.
        let marker = t.submit(&acme).await.id;
        assert_eq!(live.update().await.change.task_id, Some(marker));
        t.flip(&acme, marker).await;
        assert_eq!(live.update().await.change.task_id, Some(marker));
    }
}

#[tokio::test]
async fn a_position_of_the_distant_past_or_of_no_past_is_refused() {
    let t = TestHub::start().await;
    let acme = t.db.tenant("acme").await;
    let present = t.hub.present().await.unwrap();
    for bad in [
        Position { since: present.since - chrono::Duration::hours(25), ..present },
        Position { xid: present.xid + 1_000_000, ..present },
        Position { xid: i64::MAX, ..present },
    ] {
        let mut live = Live::new(t.hub.follow(acme.id, Some(bad)));
        assert_eq!(live.item().await.unwrap().unwrap_err().code, Code::CursorExpired);
        assert!(live.item().await.is_none());
    }
}
