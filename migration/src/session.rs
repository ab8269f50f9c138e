//! One connection that holds the migrations' lock and changes between two identities: the login's own, which may make
//! roles, and `ctap_owner`, who owns what is in the database and does nothing else.

use std::time::Duration;

use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

/// "ctap" in ASCII: the advisory lock that one migrating process holds.
const LOCK: i64 = 0x6374_6170;

/// Roles are the cluster's, and the lock is this database's: a migration of another database may be at the same role.
const RACES: u32 = 10;

/// See the module.
pub(crate) struct Session {
    /// Of exactly one connection: closing it gives the lock back.
    pool: PgPool,
}

impl Session {
    /// Connects as the login, takes the lock, and makes sure that the group roles are there and the objects are
    /// `ctap_owner`'s.
    pub(crate) async fn open(options: PgConnectOptions) -> Result<Session, sqlx::Error> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.application_name("ctap-migrate"))
            .await?;
        sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&pool).await?;
        let session = Session { pool };
        session.change_roles(&[], include_str!("sql/roles.sql")).await?;
        sqlx::raw_sql(include_str!("sql/database.sql")).execute(&session.pool).await?;
        Ok(session)
    }

    /// From here on as the owner of the schema.
    pub(crate) async fn as_owner(&self) -> Result<&PgPool, sqlx::Error> {
        sqlx::raw_sql("SET ROLE ctap_owner").execute(&self.pool).await?;
        Ok(&self.pool)
    }

    /// From here on as the login again (or as the role of `DATABASE_ROLE`).
    pub(crate) async fn as_login(&self) -> Result<(), sqlx::Error> {
        sqlx::raw_sql("RESET ROLE").execute(&self.pool).await.map(drop)
    }

    /// Runs a file that changes roles in a transaction of its own, in which it finds `settings` (name, value). Again when
    /// another database's migration was at the same role.
    pub(crate) async fn change_roles(&self, settings: &[(&str, &str)], sql: &'static str) -> Result<(), sqlx::Error> {
        let mut races = 0;
        loop {
            match self.change_roles_once(settings, sql).await {
                Err(error) if is_race(&error) && races < RACES => races += 1,
                result => return result,
            }
            tokio::time::sleep(Duration::from_millis(20) * races).await;
        }
    }

    async fn change_roles_once(&self, settings: &[(&str, &str)], sql: &'static str) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        for (name, value) in settings {
            let set = sqlx::query("SELECT set_config('ctap.' || $1, $2, true)").bind(*name).bind(*value);
            set.execute(&mut *transaction).await?;
        }
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
        transaction.commit().await
    }

    pub(crate) async fn close(self) {
        self.pool.close().await;
    }
}

/// Two at one row of a shared catalogue: `tuple concurrently updated`, which has no code of its own, or a unique violation.
fn is_race(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| match error.code().as_deref() {
        Some("XX000") => error.message().starts_with("tuple concurrently"),
        Some("23505" | "42710") => true,
        _ => false,
    })
}
