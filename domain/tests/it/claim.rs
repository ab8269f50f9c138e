//! Claiming: order, limits, fairness between workers, pauses, futures.

use std::collections::HashSet;

use domain::task::{self, NewTask};
use sea_orm::ConnectionTrait;
use testkit::echo;

use crate::stage::{LEASE, Stage};

#[tokio::test]
async fn tasks_come_by_priority_then_run_at_then_id() {
    let stage = Stage::new().await;
    let (db, acme) = (&stage.db, &stage.acme);
    let low = db.submit(acme, NewTask { priority: Some(-5), ..echo(1) }).await.id;
    let first = db.submit(acme, echo(2)).await.id;
    let second = db.submit(acme, echo(3)).await.id;
    let early = db.submit(acme, echo(4)).await.id;
    let earlier = format!("UPDATE tasks SET run_at = run_at - interval '1 hour' WHERE id = '{early}'");
    db.owner.execute_unprepared(&earlier).await.unwrap();
    let high = db.submit(acme, NewTask { priority: Some(5), ..echo(5) }).await.id;
    let batch = stage.claim(10).await.unwrap();
    let order: Vec<_> = batch.tasks.iter().map(|t| t.id).collect();
    assert_eq!(order, [high, early, first, second, low]);
}

#[tokio::test]
async fn the_future_waits_even_at_a_higher_priority() {
    let stage = Stage::new().await;
    let tomorrow = chrono::Utc::now() + chrono::Duration::days(1);
    let future = stage.db.submit(&stage.acme, NewTask { run_at: Some(tomorrow), priority: Some(100), ..echo(1) }).await.id;
    let now = stage.db.submit(&stage.acme, echo(2)).await.id;
    let batch = stage.claim(10).await.unwrap();
    assert_eq!(batch.tasks.iter().map(|t| t.id).collect::<Vec<_>>(), [now]);
    let ready = task::ready(&stage.db.worker, None, 10).await.unwrap().pairs;
    assert_eq!(ready.len(), 1);
    assert!(ready[0].due_in > std::time::Duration::from_secs(86_000), "{ready:?}");
    stage.cancel(future).await.unwrap();
    assert!(task::ready(&stage.db.worker, None, 10).await.unwrap().pairs.is_empty());
}

#[tokio::test]
async fn a_claim_never_takes_more_than_asked_even_under_a_nested_loop_plan() {
    let stage = Stage::new().await;
    for n in 0..30 {
        stage.db.submit(&stage.acme, NewTask { priority: Some(n % 3), ..echo(n) }).await;
    }
    for setting in
        ["enable_hashjoin", "enable_mergejoin", "enable_seqscan", "enable_bitmapscan", "enable_material", "enable_hashagg"]
    {
        let role = format!("ALTER DATABASE {} SET {setting} = off", database(&stage).await);
        stage.db.owner.execute_unprepared(&role).await.unwrap();
    }
    let forced = boot::pool::connect(&stage.db.config(testkit::Role::Worker, 1), "test").await.unwrap();
    let mut seen = HashSet::new();
    for asked in [1, 2, 5, 1, 7] {
        use sea_orm::TransactionTrait;
        let kinds = vec!["echo".to_owned()];
        let claim =
            task::Claim { tenant_id: stage.acme.id, queue: "default", worker: "w1", kinds: &kinds, limit: asked, lease: LEASE };
        let tx = forced.begin().await.unwrap();
        let batch = task::claim(&tx, stage.ids(), claim).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        assert_eq!(batch.tasks.len(), asked);
        seen.extend(batch.tasks.iter().map(|t| t.id));
    }
    assert_eq!(seen.len(), 16, "no task was claimed twice");
    stage.db.assert_invariants().await;
}

async fn database(stage: &Stage) -> String {
    use sea_orm::{DbBackend, Statement, TryGetable};
    let query = Statement::from_string(DbBackend::Postgres, "SELECT current_database()::text");
    String::try_get_by_index(&stage.db.owner.query_one_raw(query).await.unwrap().unwrap(), 0).unwrap()
}

#[tokio::test]
async fn concurrent_claims_share_the_tasks_without_overlap_and_without_waiting() {
    let stage = Stage::new().await;
    for n in 0..40 {
        stage.db.submit(&stage.acme, echo(n)).await;
    }
    let take = async |worker: &'static str| {
        let mut mine = Vec::new();
        while let Some(batch) = stage.claim_as(worker, 3, LEASE).await {
            mine.extend(batch.tasks.into_iter().map(|t| t.id));
        }
        mine
    };
    let (a, b, c) = tokio::join!(take("a"), take("b"), take("c"));
    let all: HashSet<_> = a.iter().chain(&b).chain(&c).collect();
    assert_eq!((all.len(), a.len() + b.len() + c.len()), (40, 40));
    stage.db.assert_invariants().await;
}

#[tokio::test]
async fn unknown_kinds_other_queues_and_paused_queues_are_left_alone() {
    use sea_orm::TransactionTrait;
    let stage = Stage::new().await;
    stage.db.submit(&stage.acme, testkit::sleep(1)).await;
    stage.db.submit(&stage.acme, NewTask { queue: Some("slow".into()), ..echo(1) }).await;
    let claim = async |queue: &str| {
        let kinds = vec!["echo".to_owned()];
        let claim = task::Claim { tenant_id: stage.acme.id, queue, worker: "w1", kinds: &kinds, limit: 9, lease: LEASE };
        let tx = stage.db.worker.begin().await.unwrap();
        let batch = task::claim(&tx, stage.ids(), claim).await.unwrap();
        tx.commit().await.unwrap();
        batch.map_or(0, |b| b.tasks.len())
    };
    assert_eq!(claim("default").await, 0, "the only task there is of a kind this worker does not know");
    let pause = format!("INSERT INTO queues (tenant_id, name, paused_at) VALUES ('{}', 'slow', now())", stage.acme.id);
    stage.db.owner.execute_unprepared(&pause).await.unwrap();
    assert_eq!(claim("slow").await, 0);
    assert_eq!(task::ready(&stage.db.worker, None, 10).await.unwrap().pairs.len(), 1, "the paused queue is not ready");
    stage.db.owner.execute_unprepared("UPDATE queues SET paused_at = NULL").await.unwrap();
    assert_eq!(claim("slow").await, 1);
}

#[tokio::test]
async fn the_ready_list_names_every_pair_once_however_many_tasks_wait() {
    let stage = Stage::new().await;
    let other = stage.db.tenant("other").await;
    for n in 0..5 {
        for queue in ["a", "b"] {
            for tenant in [&stage.acme, &other] {
                stage.db.submit(tenant, NewTask { queue: Some(queue.into()), priority: Some(n), ..echo(n) }).await;
            }
        }
    }
    let ready = task::ready(&stage.db.worker, None, 100).await.unwrap();
    let pairs: HashSet<_> = ready.pairs.iter().map(|r| (r.tenant_id, r.queue.clone())).collect();
    assert_eq!((ready.pairs.len(), pairs.len(), ready.next), (4, 4, None));
    assert!(ready.pairs.iter().all(|r| r.due_in.is_zero()));
}

#[tokio::test]
async fn the_pages_of_the_ready_list_cover_every_pair_also_behind_paused_queues() {
    let stage = Stage::new().await;
    for queue in ["a", "b", "c", "d", "e"] {
        stage.db.submit(&stage.acme, NewTask { queue: Some(queue.into()), ..echo(1) }).await;
    }
    let pause = "INSERT INTO queues (tenant_id, name, paused_at) SELECT id, unnest(ARRAY['b', 'c', 'd']), now() FROM tenants WHERE name = 'acme'";
    stage.db.owner.execute_unprepared(pause).await.unwrap();
    let (mut found, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = task::ready(&stage.db.worker, after.as_ref(), 2).await.unwrap();
        found.extend(page.pairs.into_iter().map(|pair| pair.queue));
        pages += 1;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((found, pages), (vec!["a".to_owned(), "e".to_owned()], 3));
}
