//! Hints arrive, are merged, and a listener that may have missed some says so.

use domain::event::{Event, Hint, Listener, Notifier, Topic};
use sea_orm::ConnectionTrait;
use testkit::{Role, TestDb};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

async fn listener(db: &TestDb) -> Listener {
    let mut listener = Listener::new(db.listener_pool(Role::Api).await, db.api.clone(), &[Topic::Changed, Topic::Ready]);
    assert_eq!(listener.next().await, Event::Resync, "the first event is always: look everywhere");
    listener
}

#[tokio::test]
async fn hints_arrive_merged_and_too_many_ids_become_some() {
    let db = TestDb::new().await;
    let mut listener = listener(&db).await;
    let stop = CancellationToken::new();
    let (notifier, sender) = Notifier::start(db.worker.clone(), stop.clone());
    let (tenant_id, task) = (Uuid::from_u128(1), Uuid::from_u128(2));
    notifier.ready(tenant_id, "default");
    notifier.ready(tenant_id, "default");
    notifier.changed(tenant_id, [task, task]);
    let mut heard = vec![listener.next().await, listener.next().await];
    heard.sort_by_key(|event| format!("{event:?}"));
    assert_eq!(
        heard,
        [
            Event::Hint(Hint::Changed { tenant_id, task_ids: vec![task] }),
            Event::Hint(Hint::Ready { tenant_id, queue: "default".into() }),
        ]
    );
    notifier.changed(tenant_id, (0..1000).map(Uuid::from_u128));
    assert_eq!(listener.next().await, Event::Hint(Hint::Changed { tenant_id, task_ids: vec![] }));
    notifier.changed(tenant_id, [task]);
    stop.cancel();
    sender.await.unwrap();
    assert_eq!(listener.next().await, Event::Hint(Hint::Changed { tenant_id, task_ids: vec![task] }), "sent before the end");
}

#[tokio::test]
async fn a_killed_listener_comes_back_and_says_that_it_may_have_missed_something() {
    let db = TestDb::new().await;
    let mut listener = listener(&db).await;
    for _ in 0..3 {
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE application_name = 'testkit-listener' AND datname = current_database()";
        db.owner.execute_unprepared(kill).await.unwrap();
        assert_eq!(listener.next().await, Event::Resync);
        db.owner.execute_unprepared("NOTIFY ctap_ready, '00000000-0000-0000-0000-000000000001,q'").await.unwrap();
        let expected = Hint::Ready { tenant_id: Uuid::from_u128(1), queue: "q".into() };
        assert_eq!(listener.next().await, Event::Hint(expected));
    }
}

#[tokio::test]
async fn what_others_put_into_the_channel_is_ignored() {
    let db = TestDb::new().await;
    let mut listener = listener(&db).await;
    db.owner
        .execute_unprepared(
            "NOTIFY ctap_ready, 'nonsense'; NOTIFY ctap_changed, ''; NOTIFY ctap_ready, '00000000-0000-0000-0000-000000000001,q'",
        )
        .await
        .unwrap();
    assert!(matches!(listener.next().await, Event::Hint(Hint::Ready { .. })));
}
