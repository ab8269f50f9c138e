//! Lists that stand in SQL and in Rust are the same list.

use sea_orm::{ActiveEnum, ConnectionTrait, DbBackend, Iterable, Statement, TryGetable};
use testkit::TestDb;

async fn texts(db: &impl ConnectionTrait, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    rows.iter().map(|row| String::try_get_by_index(row, 0).unwrap()).collect()
}

#[tokio::test]
async fn task_status_is_the_same_in_sql_and_in_rust() {
    let db = TestDb::new().await;
    let sql = texts(&db.owner, "SELECT unnest(enum_range(NULL::task_status))::text").await;
    let rust: Vec<_> = entity::TaskStatus::iter().map(|status| status.to_value()).collect();
    assert_eq!(sql, rust);
}

#[tokio::test]
async fn the_audit_actions_are_the_same_in_sql_and_in_rust() {
    let db = TestDb::new().await;
    let definition = "SELECT pg_get_constraintdef(oid) FROM pg_constraint \
                      WHERE conname = 'audit_logs_action' AND conrelid = 'audit_logs'::regclass";
    let definition = texts(&db.owner, definition).await.remove(0);
    let mut sql: Vec<_> = definition.split('\'').skip(1).step_by(2).map(str::to_owned).collect();
    let mut rust: Vec<_> = domain::audit::Action::ALL.iter().map(|action| action.as_str().to_owned()).collect();
    sql.sort();
    rust.sort();
    assert_eq!(sql, rust);
}

#[tokio::test]
async fn the_entities_name_every_column_of_their_tables() {
    use sea_orm::{EntityTrait, IdenStatic};
    let db = TestDb::new().await;
    async fn columns<E: EntityTrait>(db: &TestDb, table: &str) {
        let sql =
            format!("SELECT attname::text FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 ORDER BY 1");
        let mut rust: Vec<_> = E::Column::iter().map(|column| column.as_str().to_owned()).collect();
        rust.sort();
        assert_eq!(texts(&db.owner, &sql).await, rust, "{table}");
    }
    columns::<entity::tenant::Entity>(&db, "tenants").await;
    columns::<entity::user::Entity>(&db, "users").await;
    columns::<entity::api_key::Entity>(&db, "api_keys").await;
    columns::<entity::queue::Entity>(&db, "queues").await;
    columns::<entity::task::Entity>(&db, "tasks").await;
    columns::<entity::lease::Entity>(&db, "leases").await;
    columns::<entity::audit_log::Entity>(&db, "audit_logs").await;
    columns::<entity::audit_origin::Entity>(&db, "audit_origins").await;
}

#[tokio::test]
async fn the_scopes_are_the_same_in_sql_and_in_rust() {
    let db = TestDb::new().await;
    let definition = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'api_keys_scopes'";
    let definition = texts(&db.owner, definition).await.remove(0);
    let sql: Vec<_> = definition.split('\'').skip(1).step_by(2).map(str::to_owned).collect();
    let rust: Vec<_> = domain::access::Scope::ALL.iter().map(|scope| scope.as_str().to_owned()).collect();
    assert_eq!(sql, rust);
}
