//! Schema, roles and grants of ctap's database.
//!
//! [`run()`] may be called by several processes at once: it serialises itself with an advisory lock, because SeaORM's
//! migrator takes none. Old code must run on the new schema (expand, deploy, contract), and every `down` works.

pub mod args;
mod first_admin;
mod login;
mod m20261123_000001_tenants;
mod m20261123_000002_tasks;
mod m20261123_000003_audit;
mod m20261123_000004_grants;
mod m20261123_000005_task_counts;
mod m20261123_000006_queues;
mod m20261125_000007_access;
mod m20261125_000008_roles;
mod m20261125_000009_stats;
mod m20261126_000010_pruning;
mod password;
mod plan;
mod run;
mod scram;
mod session;

use sea_orm_migration::prelude::{DbErr, MigrationTrait, MigratorTrait, SchemaManager};
use sea_orm_migration::sea_orm::ConnectionTrait;

pub use first_admin::{FirstAdmin, Refused};
pub use login::{Login, Team};
pub use password::Password;
pub use plan::Plan;
pub use run::{Done, down, run, up};

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
            Box::new(m20261125_000008_roles::Migration),
            Box::new(m20261125_000009_stats::Migration),
            Box::new(m20261126_000010_pruning::Migration),
        ]
    }
}

/// What can go wrong; the messages are for operators and may name SQL objects.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database cannot be reached or refused the lock, the roles or the logins.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration failed; its transaction was rolled back.
    #[error("migration: {0}")]
    Migration(#[from] DbErr),
    /// The schema is up to date, but the first administrator's key was not stored.
    #[error("first administrator: {0}")]
    FirstAdmin(#[from] Refused),
}

/// Name of the newest migration, as `seaql_migrations.version` has it once applied.
#[must_use]
pub fn latest() -> String {
    Migrator::migrations().last().map(|m| m.name().to_owned()).unwrap_or_default()
}

/// Runs a file of several statements inside the migration's transaction.
pub(crate) async fn run_sql(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(drop)
}
