//! Schema, roles and grants of ctap's database.
//!
//! [`up`] may be called by several processes at once: it serialises itself with an advisory lock, because SeaORM's
//! migrator takes none. Old code must run on the new schema (expand, deploy, contract), and every `down` works.

mod m20261123_000001_tenants;
mod m20261123_000002_tasks;
mod m20261123_000003_audit;
mod m20261123_000004_grants;
mod m20261123_000005_task_counts;
mod m20261123_000006_queues;
mod m20261125_000007_access;

use std::time::Duration;

use sea_orm_migration::prelude::{DbErr, MigrationTrait, MigratorTrait, SchemaManager};
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseConnection, SqlxPostgresConnector};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

/// "ctap" in ASCII: the advisory lock that one migrating process holds.
const LOCK: i64 = 0x6374_6170;

/// The list of migrations, in order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_tenants::Migration),
            Box::new(m20261123_000002_tasks::Migration),
            Box::new(m20261123_000003_audit::Migration),
            Box::new(m20261123_000004_grants::Migration),
            Box::new(m20261123_000005_task_counts::Migration),
            Box::new(m20261123_000006_queues::Migration),
            Box::new(m20261125_000007_access::Migration),
        ]
    }
}

/// What can go wrong; the messages are for operators and may name SQL objects.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database cannot be reached or refused the lock or the roles.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration failed; its transaction was rolled back.
    #[error("migration: {0}")]
    Migration(#[from] DbErr),
}

/// Applies what is missing and makes the coming months' audit partitions. Answers how many migrations were applied.
///
/// # Errors
/// [`MigrateError`] when the database cannot be reached or a statement fails; nothing half-applied stays.
pub async fn up(options: PgConnectOptions) -> Result<usize, MigrateError> {
    let pool = locked(options).await?;
    sqlx::raw_sql(include_str!("sql/roles.sql")).execute(&pool).await?;
    let db = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
    let pending = Migrator::get_pending_migrations(&db).await?.len();
    Migrator::up(&db, None).await?;
    sqlx::query("SELECT ensure_partitions()").execute(&pool).await?;
    close(db, pool).await;
    Ok(pending)
}

/// Takes everything back, data included. The roles stay: they belong to the cluster.
///
/// # Errors
/// [`MigrateError`] as in [`up`].
pub async fn down(options: PgConnectOptions) -> Result<(), MigrateError> {
    let pool = locked(options).await?;
    let db = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
    Migrator::down(&db, None).await?;
    close(db, pool).await;
    Ok(())
}

/// Name of the newest migration, as `seaql_migrations.version` has it once applied.
#[must_use]
pub fn latest() -> String {
    Migrator::migrations().last().map(|m| m.name().to_owned()).unwrap_or_default()
}

/// A pool of exactly one connection that holds the advisory lock: closing it gives the lock back.
async fn locked(options: PgConnectOptions) -> Result<PgPool, sqlx::Error> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(30))
        .connect_with(options.application_name("ctap-migrate"))
        .await?;
    sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&pool).await?;
    Ok(pool)
}

async fn close(db: DatabaseConnection, pool: PgPool) {
    drop(db);
    pool.close().await;
}

/// Runs a file of several statements inside the migration's transaction.
pub(crate) async fn run_sql(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(drop)
}
