//! Nobody changes the trail: not the owner, not on a partition addressed directly.

use sea_orm::ConnectionTrait;
use testkit::TestDb;

#[tokio::test]
async fn update_delete_and_truncate_are_refused_even_to_the_owner() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    db.submit(&acme, testkit::echo(1)).await;
    let partition = "audit_logs_".to_owned() + &sea_orm::prelude::ChronoUtc::now().format("%Y_%m").to_string();
    for table in ["audit_logs", "audit_logs_default", &partition] {
        for attack in [
            format!("UPDATE {table} SET actor = 'user:nobody'"),
            format!("UPDATE {table} SET actor = 'user:nobody' WHERE false"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
            format!("TRUNCATE {table} CASCADE"),
        ] {
            let error = db.owner.execute_unprepared(&attack).await.expect_err(&attack).to_string();
            assert!(error.contains("append-only"), "{attack}: {error}");
        }
    }
    let merge = "MERGE INTO audit_logs a USING tasks t ON a.task_id = t.id WHEN MATCHED THEN DELETE";
    assert!(db.owner.execute_unprepared(merge).await.is_err());
    db.assert_invariants().await;
}

#[tokio::test]
async fn the_processes_may_not_even_try() {
    let db = TestDb::new().await;
    for connection in [&db.api, &db.worker] {
        for attack in ["UPDATE audit_logs SET actor = 'x'", "DELETE FROM audit_logs", "TRUNCATE audit_logs"] {
            let error = connection.execute_unprepared(attack).await.expect_err(attack).to_string();
            assert!(error.contains("permission denied"), "{attack}: {error}");
        }
        for forged in ["timestamp", "xid"] {
            let value = if forged == "xid" { "1" } else { "'2020-01-01'" };
            let insert = format!(
                "INSERT INTO audit_logs (tenant_id, id, action, actor, {forged}) \
                 SELECT id, id, 'key.created', 'user:x', {value} FROM tenants"
            );
            let error = connection.execute_unprepared(&insert).await.expect_err(forged).to_string();
            assert!(error.contains("permission denied"), "{forged}: {error}");
        }
    }
}
