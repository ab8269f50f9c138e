//! Batches of submissions: all or none, repeated, colliding, concurrent.

use domain::task::{self, CreateManyError, Created, Head, NewTask, TaskError, validate_many};
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::json;
use testkit::{DEADLINE, Tenant, TestDb, echo, until};
use tokio::time::timeout;

use crate::stage::Stage;

async fn create(db: &TestDb, tenant: &Tenant, batch: Vec<NewTask>) -> Result<Vec<Created<Head>>, CreateManyError> {
    let tx = db.api.begin().await.unwrap();
    let created = task::create_many(&tx, &db.ids, &tenant.caller(), &validate_many(batch).unwrap()).await;
    if created.is_ok() {
        tx.commit().await.unwrap()
    } else {
        tx.rollback().await.unwrap()
    }
    created
}

fn keyed(n: i64, key: &str) -> NewTask {
    NewTask { idempotency_key: Some(key.into()), ..echo(n) }
}

fn with_reference(n: i64, reference: &str) -> NewTask {
    NewTask { reference: Some(reference.into()), ..echo(n) }
}

/// The indexes that were refused, and why.
fn refused(result: Result<Vec<Created<Head>>, CreateManyError>) -> Vec<(usize, &'static str)> {
    let Err(CreateManyError::Refused(refused)) = result else { panic!("not refused: {result:?}") };
    let word = |error: &TaskError| match error {
        TaskError::IdempotencyKeyReused => "key",
        TaskError::ReferenceTaken => "reference",
        other => panic!("{other:?}"),
    };
    refused.iter().map(|one| (one.index, word(&one.error))).collect()
}

async fn count(stage: &Stage) -> usize {
    task::list(&stage.db.api, stage.acme.id, &task::Filter::default(), task::Page { limit: 5_000, ..task::Page::default() })
        .await
        .unwrap()
        .len()
}

#[tokio::test]
async fn a_batch_becomes_tasks_in_its_order_each_with_its_audit_row() {
    let stage = Stage::new().await;
    let at = "2099-01-01T01:00:00.5+01:00".parse().unwrap();
    let special = NewTask {
        kind: "sleep".into(),
        payload: json!({"milliseconds": 1}),
        queue: Some("slow".into()),
        priority: Some(-7),
        run_at: Some(at),
        max_attempts: Some(1),
        timeout_seconds: Some(9),
        reference: Some("order, \"7\" {ä}".into()),
        idempotency_key: Some("k,{}\\".into()),
    };
    let mut batch: Vec<_> = (0..1_000).map(echo).collect();
    batch[500] = special.clone();
    let created = create(&stage.db, &stage.acme, batch).await.unwrap();
    assert_eq!(created.len(), 1_000);
    assert!(created.is_sorted_by_key(|c| c.task.id), "ids in the order of the request");
    let ids: Vec<_> = created.iter().map(|c| c.task.id).collect();
    let wanted = task::Wanted { payload: true, result: false };
    let payloads = task::texts(&stage.db.api, stage.acme.id, &ids, wanted, usize::MAX).await.unwrap().unwrap();
    for (n, one) in created.iter().enumerate().filter(|(n, _)| *n != 500) {
        assert_eq!(payloads[&one.task.id].payload.as_ref().unwrap().as_str(), format!("{{\"n\":{n}}}"));
    }
    // What a batch makes is what a single submission makes, column by column, and so is its audit row.
    let single = stage.db.submit(&stage.db.tenant("other").await, special).await;
    let one = stage.task(created[500].task.id).await;
    assert_eq!(Head::from(one.clone()), created[500].task);
    let like = entity::task::Model {
        tenant_id: one.tenant_id,
        id: one.id,
        created_by: one.created_by,
        created_at: one.created_at,
        updated_at: one.updated_at,
        ..single.clone()
    };
    assert_eq!(one, like);
    let trail = domain::audit::of_task(&stage.db.api, stage.acme.id, one.id).await.unwrap();
    let other = domain::audit::of_task(&stage.db.api, single.tenant_id, single.id).await.unwrap();
    assert_eq!((trail.len(), Some(trail[0].id)), (1, created[500].audit_id));
    let same = |a: &entity::audit_log::Model| (a.action.clone(), a.seq, a.request_id.clone(), a.detail.clone());
    assert_eq!(same(&trail[0]), same(&other[0]));
    assert_eq!(trail[0].actor, format!("user:{}", stage.acme.user_id));
    stage.db.assert_invariants().await;
}

#[tokio::test]
async fn a_repeated_batch_answers_with_the_first_tasks_and_writes_nothing() {
    let stage = Stage::new().await;
    let batch = || vec![keyed(1, "b"), keyed(2, "a"), NewTask { reference: Some("r".into()), ..keyed(3, "c") }];
    let first = create(&stage.db, &stage.acme, batch()).await.unwrap();
    // One more beside the known ones, and one of them twice.
    let again = [batch(), vec![echo(4), keyed(1, "b"), keyed(5, "d"), keyed(5, "d")]].concat();
    let again = create(&stage.db, &stage.acme, again).await.unwrap();
    let ids = |created: &[Created<Head>]| created.iter().map(|c| c.task.id).collect::<Vec<_>>();
    assert_eq!(ids(&again[..3]), ids(&first));
    assert_eq!(again[4].task.id, first[0].task.id);
    assert_eq!(again[5].task.id, again[6].task.id, "one task twice in the answer");
    let wrote: Vec<_> = again.iter().map(|c| c.audit_id.is_some()).collect();
    assert_eq!(wrote, [false, false, false, true, false, true, false]);
    assert_eq!(count(&stage).await, 5);
    stage.db.assert_invariants().await;
}

#[tokio::test]
async fn contradictions_name_their_index_and_nothing_is_made() {
    let stage = Stage::new().await;
    create(&stage.db, &stage.acme, vec![keyed(1, "k"), with_reference(2, "r")]).await.unwrap();
    let before = count(&stage).await;
    for (batch, expected) in [
        // With what was made before.
        (vec![echo(0), keyed(2, "k"), with_reference(3, "r")], vec![(1, "key"), (2, "reference")]),
        // Within the batch.
        (vec![keyed(1, "x"), keyed(2, "x"), with_reference(3, "y"), with_reference(3, "y")], vec![(1, "key"), (3, "reference")]),
        // The reference of a repeated task is that task's.
        (vec![NewTask { reference: Some("z".into()), ..keyed(1, "x") }, with_reference(1, "z")], vec![(1, "reference")]),
    ] {
        assert_eq!(refused(create(&stage.db, &stage.acme, batch).await), expected);
        assert_eq!(count(&stage).await, before);
    }
    // Another tenant's keys and references are its own.
    let other = stage.db.tenant("other").await;
    create(&stage.db, &other, vec![keyed(9, "k"), with_reference(9, "r")]).await.unwrap();
    stage.db.assert_invariants().await;
}

#[tokio::test]
async fn batches_with_the_same_keys_in_opposite_order_do_not_wait_for_each_other() {
    let stage = Stage::new().await;
    for round in 0..8 {
        let name = |i: i64| format!("{round}-{i:03}");
        let both = |i: i64| NewTask { reference: Some(name(i)), ..keyed(i, &name(999 - i)) };
        let keys: Vec<_> = (0..200).map(|i| keyed(i, &name(999 - i))).collect();
        let mixed: Vec<_> = (0..200).map(both).collect();
        let batch = if round % 2 == 0 { keys } else { mixed };
        let backwards: Vec<_> = batch.iter().rev().cloned().collect();
        let submit = |batch: &Vec<NewTask>| create(&stage.db, &stage.acme, batch.clone());
        let all = async { tokio::join!(submit(&batch), submit(&backwards), submit(&batch), submit(&backwards)) };
        let (a, b, c, d) = timeout(DEADLINE, all).await.expect("nobody waits for ever");
        let made: usize = [a, b, c, d].into_iter().map(|r| r.unwrap().iter().filter(|c| c.audit_id.is_some()).count()).sum();
        assert_eq!(made, 200);
    }
    stage.db.assert_invariants().await;
}

/// The crossing that no order of rows resolves: each batch has a key of the other's first row at its last.
#[tokio::test]
async fn batches_that_cross_by_keys_and_references_take_turns() {
    let stage = Stage::new().await;
    let row = |key: &str, reference: &str| NewTask { reference: Some(reference.into()), ..keyed(1, key) };
    let tx = stage.db.api.begin().await.unwrap();
    let first = validate_many(vec![row("a", "2"), row("b", "1")]).unwrap();
    task::create_many(&tx, stage.ids(), &stage.acme.caller(), &first).await.unwrap();
    let second = create(&stage.db, &stage.acme, vec![row("c", "1"), row("d", "2")]);
    let waiting = async {
        until("the second batch waits", async || {
            let sql = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            let query = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql);
            (!stage.db.owner.query_all_raw(query).await.unwrap().is_empty()).then_some(())
        })
        .await;
        tx.commit().await.unwrap();
    };
    let (second, ()) = tokio::join!(second, waiting);
    assert_eq!(refused(second), [(0, "reference"), (1, "reference")]);
}

#[tokio::test]
async fn a_repeat_beside_a_long_history_reads_only_what_it_names() {
    let stage = Stage::new().await;
    let batch =
        || (0..50).map(|i| NewTask { reference: Some(format!("r{i}")), ..keyed(i, &format!("k{i}")) }).collect::<Vec<_>>();
    create(&stage.db, &stage.acme, batch()).await.unwrap();
    for _ in 0..5 {
        create(&stage.db, &stage.acme, (0..1_000).map(echo).collect()).await.unwrap();
    }
    stage.db.owner.execute_unprepared("ANALYZE tasks").await.unwrap();
    for sql in ["idempotency_key IS NOT NULL AND idempotency_key", "reference IS NOT NULL AND reference"] {
        let prepare = format!(
            "SET LOCAL plan_cache_mode = force_generic_plan; \
             PREPARE found AS SELECT * FROM tasks WHERE tenant_id = $1 AND {sql} = ANY ($2)"
        );
        let tx = stage.db.owner.begin().await.unwrap();
        tx.execute_unprepared(&prepare).await.unwrap();
        let explain = format!("EXPLAIN EXECUTE found('{}', ARRAY['k1'])", stage.acme.id);
        let rows = tx.query_all_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, explain)).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| sea_orm::TryGetable::try_get_by_index(row, 0).unwrap()).collect();
        assert!(plan.iter().any(|line| line.contains("Cond") && line.contains("ANY")), "{plan:#?}");
        tx.execute_unprepared("DEALLOCATE found").await.unwrap();
        tx.rollback().await.unwrap();
    }
    let again = create(&stage.db, &stage.acme, batch()).await.unwrap();
    assert!(again.iter().all(|c| c.audit_id.is_none()));
}
