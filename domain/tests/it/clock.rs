//! Ids follow the database's clock.

use domain::{IdClock, ids};
use sea_orm::{ConnectionTrait, DbBackend, Statement, TryGetable};
use testkit::TestDb;

#[tokio::test]
async fn ids_made_after_a_sync_lie_at_the_databases_time() {
    let db = TestDb::new().await;
    let clock = IdClock::new();
    clock.sync(&db.worker).await.unwrap();
    let id = clock.next();
    let query = Statement::from_string(DbBackend::Postgres, "SELECT clock_timestamp() AS now");
    let row = db.worker.query_one_raw(query).await.unwrap().unwrap();
    let now = chrono::DateTime::<chrono::Utc>::try_get_by(&row, "now").unwrap();
    // Both lie on this side of the question: only a broken clock is minutes off.
    assert!((now - ids::time_of(id)).num_seconds().abs() < 60);
}

#[tokio::test]
async fn the_floor_is_the_same_in_sql_and_in_rust() {
    let db = TestDb::new().await;
    for text in ["1970-01-01T00:00:00Z", "2026-11-01T00:00:00Z", "2026-11-23T12:34:56.789Z", "9999-12-31T23:59:59.999Z"] {
        let query = Statement::from_string(DbBackend::Postgres, format!("SELECT uuid_floor('{text}') AS floor"));
        let row = db.owner.query_one_raw(query).await.unwrap().unwrap();
        assert_eq!(uuid::Uuid::try_get_by(&row, "floor").unwrap(), ids::floor(text.parse().unwrap()), "{text}");
    }
}

#[tokio::test]
async fn a_transition_with_an_audit_id_that_was_not_made_just_now_is_refused_and_changes_nothing() {
    use sea_orm::TransactionTrait;
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let behind = IdClock::at("2026-01-01T00:00:00Z".parse().unwrap());
    let tx = db.api.begin().await.unwrap();
    let new = testkit::echo(1).validate().unwrap();
    let error = domain::task::create(&tx, &behind, &acme.caller(), new.clone()).await.unwrap_err();
    assert!(matches!(&error, domain::task::TaskError::Database(cause) if ids::is_stale(cause)), "{error:?}");
    tx.rollback().await.unwrap();
    db.assert_invariants().await;
    behind.sync(&db.api).await.unwrap();
    let tx = db.api.begin().await.unwrap();
    domain::task::create(&tx, &behind, &acme.caller(), new).await.unwrap();
    tx.commit().await.unwrap();
}
