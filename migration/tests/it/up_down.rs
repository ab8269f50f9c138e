//! Up, down, up; and two processes at once.

use std::process::{Command, Output, Stdio};

use secrecy::ExposeSecret;
use sqlx::postgres::{PgConnectOptions, PgPool};
use testkit::EmptyDb;

/// The binary, also where the tests run from a copy of the target folder.
pub(crate) fn binary() -> std::ffi::OsString {
    std::env::var_os("CARGO_BIN_EXE_migrate").unwrap_or_else(|| env!("CARGO_BIN_EXE_migrate").into())
}

fn options(db: &EmptyDb) -> PgConnectOptions {
    db.url().expose_secret().parse().unwrap()
}

/// All that the migrations make outside the system's own schemas, in words: relations with their grants and options, columns
/// with their types, defaults and grants, constraints, indexes and triggers with their definitions, functions, enums.
async fn objects(db: &EmptyDb) -> Vec<String> {
    let pool = PgPool::connect_with(options(db)).await.unwrap();
    let names = sqlx::query_scalar(include_str!("objects.sql")).fetch_all(&pool).await.unwrap();
    pool.close().await;
    names
}

#[tokio::test]
async fn up_down_up_leaves_the_same_schema_and_down_leaves_nothing() {
    let db = EmptyDb::new().await;
    assert_eq!(migration::up(options(&db)).await.unwrap(), 10);
    let first = objects(&db).await;
    assert!(first.iter().any(|line| line.starts_with("relation audit_logs_default ")), "{first:#?}");
    migration::down(options(&db)).await.unwrap();
    let left = objects(&db).await;
    assert!(left.iter().all(|line| line.contains("seaql_migrations")), "{left:#?}");
    migration::up(options(&db)).await.unwrap();
    assert_eq!(objects(&db).await, first);
    assert_eq!(migration::up(options(&db)).await.unwrap(), 0, "a second run has nothing to do");
}

#[tokio::test]
async fn down_keeps_the_roles_of_the_cluster() {
    let db = EmptyDb::new().await;
    migration::up(options(&db)).await.unwrap();
    migration::down(options(&db)).await.unwrap();
    let pool = PgPool::connect_with(options(&db)).await.unwrap();
    let roles: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_roles WHERE rolname IN ('ctap_api', 'ctap_worker', 'ctap_auditor') AND NOT rolcanlogin",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(roles, 3);
    pool.close().await;
}

#[tokio::test]
async fn processes_that_start_at_once_on_one_database_and_on_others_all_succeed() {
    let (one, other) = (EmptyDb::new().await, EmptyDb::new().await);
    // Three on the same database, one beside them on another of the same cluster (the roles are the cluster's).
    let children: Vec<_> = [&one, &one, &other, &one]
        .into_iter()
        .map(|db| {
            Command::new(binary())
                .env("DATABASE_URL", db.url().expose_secret())
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let outputs = tokio::task::spawn_blocking(move || {
        children.into_iter().map(|child| child.wait_with_output().unwrap()).collect::<Vec<Output>>()
    })
    .await
    .unwrap();
    for output in outputs {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(domain_is_current(&one).await && domain_is_current(&other).await);
}

async fn domain_is_current(db: &EmptyDb) -> bool {
    let pool = PgPool::connect_with(options(db)).await.unwrap();
    let connection = sea_orm::SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
    let current = domain::schema::is_current(&connection).await.unwrap();
    drop(connection);
    pool.close().await;
    current
}

#[test]
fn the_domain_relies_on_the_newest_migration() {
    assert_eq!(domain::schema::NEEDED, migration::latest());
}

#[test]
fn a_missing_address_is_one_line_and_exit_code_2() {
    let output = Command::new(binary()).env_clear().stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("DATABASE_URL"), "{text}");
}
