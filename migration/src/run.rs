//! From whatever is there to this build's schema, roles and logins.

use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::sea_orm::SqlxPostgresConnector;
use sqlx::postgres::PgConnectOptions;

use crate::session::Session;
use crate::{MigrateError, Migrator, Plan, first_admin, login};

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Migrations that were applied.
    pub applied: usize,
    /// Login users whose password was set.
    pub logins: usize,
    /// Whether the first administrator's key was stored (now, and not by an earlier run).
    pub made_admin: bool,
}

/// Applies what is missing, makes the coming months' audit partitions, sets up login users, stores the first
/// administrator's key.
///
/// # Errors
/// [`MigrateError`] when the database cannot be reached or a statement fails; nothing half-applied stays.
pub async fn run(options: PgConnectOptions, plan: &Plan) -> Result<Done, MigrateError> {
    let session = Session::open(options).await?;
    let done = steps(&session, plan).await;
    session.close().await;
    done
}

/// As [`run()`], without logins and first administrator. Answers how many migrations were applied.
///
/// # Errors
/// As [`run()`].
pub async fn up(options: PgConnectOptions) -> Result<usize, MigrateError> {
    Ok(run(options, &Plan::default()).await?.applied)
}

/// Takes everything back, data included. The roles stay: they belong to the cluster.
///
/// # Errors
/// As [`run()`].
pub async fn down(options: PgConnectOptions) -> Result<(), MigrateError> {
    let session = Session::open(options).await?;
    let pool = session.as_owner().await?.clone();
    Migrator::down(&SqlxPostgresConnector::from_sqlx_postgres_pool(pool), None).await?;
    session.close().await;
    Ok(())
}

async fn steps(session: &Session, plan: &Plan) -> Result<Done, MigrateError> {
    let pool = session.as_owner().await?;
    let db = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
    let applied = Migrator::get_pending_migrations(&db).await?.len();
    Migrator::up(&db, None).await?;
    sqlx::query("SELECT ensure_partitions()").execute(pool).await?;
    session.as_login().await?;
    for login in &plan.logins {
        login::ensure(session, login).await?;
    }
    let made_admin = match &plan.first_admin {
        Some(admin) => first_admin::ensure(session.as_owner().await?, admin).await?,
        None => false,
    };
    Ok(Done { applied, logins: plan.logins.len(), made_admin })
}
