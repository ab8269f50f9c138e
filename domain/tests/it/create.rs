//! Submissions: repeated, colliding, concurrent.

use domain::task::{self, Created, NewTask, TaskError};
use sea_orm::TransactionTrait;
use testkit::{Tenant, TestDb, echo};

async fn create(db: &TestDb, tenant: &Tenant, new: NewTask) -> Result<Created, TaskError> {
    let tx = db.api.begin().await.unwrap();
    let created = task::create(&tx, &db.ids, &tenant.caller(), new.validate().unwrap()).await;
    tx.commit().await.unwrap();
    created
}

fn keyed(n: i64, key: &str) -> NewTask {
    NewTask { idempotency_key: Some(key.into()), ..echo(n) }
}

#[tokio::test]
async fn a_new_task_has_the_defaults_and_one_audit_row_by_its_submitter() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let created = create(&db, &acme, echo(1)).await.unwrap();
    let task = db.task(&acme, created.task.id).await;
    assert_eq!(task, created.task);
    assert_eq!((task.version, task.attempt, task.max_attempts, task.timeout_seconds, task.priority), (1, 0, 5, 300, 0));
    let trail = domain::audit::of_task(&db.api, acme.id, task.id).await.unwrap();
    assert_eq!(trail.len(), 1);
    assert_eq!(Some(trail[0].id), created.audit_id);
    assert_eq!((trail[0].actor.as_str(), trail[0].seq), (format!("user:{}", acme.user_id).as_str(), Some(1)));
    assert_eq!((trail[0].key_id.as_deref(), trail[0].request_id.as_deref()), (Some(acme.key_id.as_str()), Some("test")));
    let detail = trail[0].detail.as_ref().unwrap();
    assert_eq!(detail["payload_sha256"].as_str().unwrap().len(), 64);
    assert!(detail.get("payload").is_none(), "the payload itself never enters the trail");
}

#[tokio::test]
async fn a_past_time_means_now() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let run_at = "2000-01-01T00:00:00Z".parse().ok();
    let one = create(&db, &acme, NewTask { run_at, ..echo(1) }).await.unwrap().task;
    assert_eq!(one.run_at, one.created_at);
    let tx = db.api.begin().await.unwrap();
    let batch = task::validate_many(vec![NewTask { run_at, ..echo(2) }]).unwrap();
    let many = task::create_many(&tx, &db.ids, &acme.caller(), &batch).await.unwrap();
    assert_eq!(many[0].task.run_at, many[0].task.created_at);
}

#[tokio::test]
async fn the_same_key_and_request_answers_with_the_first_task() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let first = create(&db, &acme, keyed(1, "k")).await.unwrap();
    let again = create(&db, &acme, keyed(1, "k")).await.unwrap();
    assert_eq!((again.task.id, again.audit_id), (first.task.id, None));
    assert!(matches!(create(&db, &acme, keyed(2, "k")).await, Err(TaskError::IdempotencyKeyReused)));
    assert_eq!(db.actions(&acme, first.task.id).await, ["task.created"]);
}

#[tokio::test]
async fn keys_and_references_of_another_tenant_do_not_collide() {
    let db = TestDb::new().await;
    let (acme, other) = (db.tenant("acme").await, db.tenant("other").await);
    let with = |n| NewTask { reference: Some("order-7".into()), ..keyed(n, "k") };
    let a = create(&db, &acme, with(1)).await.unwrap();
    let b = create(&db, &other, with(2)).await.unwrap();
    assert_ne!(a.task.id, b.task.id);
    let taken = NewTask { reference: Some("order-7".into()), ..echo(3) };
    assert!(matches!(create(&db, &acme, taken).await, Err(TaskError::ReferenceTaken)));
}

#[tokio::test]
async fn of_concurrent_submissions_with_one_key_exactly_one_makes_the_task() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    for round in 0..10 {
        let key = format!("round-{round}");
        let submit = || create(&db, &acme, keyed(1, &key));
        let (a, b, c, d) = tokio::join!(submit(), submit(), submit(), create(&db, &acme, keyed(2, &key)));
        let made = [&a, &b, &c, &d].iter().filter(|r| r.as_ref().is_ok_and(|c| c.audit_id.is_some())).count();
        assert_eq!(made, 1);
        let ids: std::collections::HashSet<_> =
            [&a, &b, &c, &d].iter().filter_map(|r| r.as_ref().ok()).map(|c| c.task.id).collect();
        assert_eq!(ids.len(), 1);
    }
    db.assert_invariants().await;
}

#[tokio::test]
async fn the_database_itself_refuses_a_row_whose_columns_do_not_fit_its_state() {
    use sea_orm::ConnectionTrait;
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    create(&db, &acme, echo(1)).await.unwrap();
    for nonsense in [
        "status = 'running'",
        "queued = false",
        "is_failed = true",
        "worker_id = 'w'",
        "finished_at = now()",
        "result = '1'",
        "attempt = max_attempts + 1",
        "status = 'done', queued = false",
        "status = 'failed', queued = false, is_failed = true, finished_at = now()",
        "priority = 101",
        "version = 0",
    ] {
        let sql = format!("UPDATE tasks SET {nonsense}");
        let error = db.owner.execute_unprepared(&sql).await.expect_err(nonsense).to_string();
        assert!(error.contains("check constraint"), "{nonsense}: {error}");
    }
}
