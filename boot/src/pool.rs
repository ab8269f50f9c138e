//! Opening the database: limits on every connection, patience with a database that is still starting.

use std::time::Duration;

use sea_orm::{DatabaseConnection, SqlxPostgresConnector};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::{Instant, sleep, timeout};

use crate::database::DatabaseConfig;

/// A caller waits no longer than this for a connection, nor does one attempt to open the first.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection idle for longer is asked for a sign of life before it is handed out.
const CHECK_AFTER_IDLE: Duration = Duration::from_secs(30);
const IDLE_TIMEOUT: Duration = Duration::from_secs(10 * 60);
/// Connections are renewed, so that a changed role setting or a failover reaches them all.
const MAX_LIFETIME: Duration = Duration::from_secs(30 * 60);
/// Pauses between attempts: drawn below a bound that doubles from the first to the second of these.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// The limits of a connection that serves requests or tasks (GUC name, value).
const SERVING: [(&str, &str); 3] =
    [("statement_timeout", "15s"), ("lock_timeout", "5s"), ("idle_in_transaction_session_timeout", "15s")];
/// No limits, whatever the login's own settings say: for LISTEN, and for migrations, which bound themselves.
const UNLIMITED: [(&str, &str); 3] =
    [("statement_timeout", "0"), ("lock_timeout", "0"), ("idle_in_transaction_session_timeout", "0")];

/// Why a process could not start.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The database refused us, or did not answer in time. Neither text contains a password.
    #[error("cannot open the database after {attempts} attempt(s) in {seconds} s: {reason}")]
    Database {
        /// How often it was tried.
        attempts: u32,
        /// For how long, in whole seconds.
        seconds: u64,
        /// What the last attempt ended with.
        reason: String,
    },
}

/// A pool for serving: 15 s per statement, 5 s per lock, 15 s idle in a transaction, 5 s for a free connection.
///
/// # Errors
/// The database refuses the login, or is not there within [`DatabaseConfig::connect_limit`].
pub async fn connect(config: &DatabaseConfig, application_name: &str) -> Result<DatabaseConnection, BootError> {
    let options = config.pg_options(application_name).options(SERVING);
    let pool = open(config, options, pool_options(config.pool_size())).await?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

/// A pool without time limits on statements, for migrations.
///
/// # Errors
/// As [`connect`].
pub async fn connect_unlimited(config: &DatabaseConfig, application_name: &str) -> Result<DatabaseConnection, BootError> {
    let options = config.pg_options(application_name).options(UNLIMITED);
    let pool = open(config, options, pool_options(config.pool_size())).await?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

/// A pool of one connection without time limits, for a listener, which keeps it for as long as it lives.
///
/// # Errors
/// As [`connect`].
pub async fn listener_pool(config: &DatabaseConfig, application_name: &str) -> Result<PgPool, BootError> {
    let options = config.pg_options(application_name).options(UNLIMITED).options([("idle_session_timeout", "0")]);
    open(config, options, pool_options(1).idle_timeout(None).max_lifetime(None)).await
}

fn pool_options(max_connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(IDLE_TIMEOUT)
        .max_lifetime(MAX_LIFETIME)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > CHECK_AFTER_IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

/// The first connection is opened by hand: the pool would retry a refused one silently and report only a timeout.
async fn open(config: &DatabaseConfig, options: PgConnectOptions, pool: PgPoolOptions) -> Result<PgPool, BootError> {
    let begin = Instant::now();
    let mut bound = BACKOFF.0;
    let mut attempts = 0;
    loop {
        attempts += 1;
        let left = config.connect_limit().saturating_sub(begin.elapsed());
        let (reason, may_pass) = match timeout(ACQUIRE_TIMEOUT.min(left), first_connection(&options)).await {
            Ok(Ok(())) => return Ok(pool.connect_lazy_with(options)),
            Ok(Err(error)) => (reason(&error), may_pass(&error)),
            Err(_) => ("the server did not answer in time".to_owned(), true),
        };
        let pause = bound.mul_f64(rand::random_range(0.5..=1.0));
        if !may_pass || begin.elapsed() + pause >= config.connect_limit() {
            return Err(BootError::Database { attempts, seconds: begin.elapsed().as_secs(), reason });
        }
        tracing::warn!(attempts, %reason, "the database is not ready, trying again");
        sleep(pause).await;
        bound = (bound * 2).min(BACKOFF.1);
    }
}

async fn first_connection(options: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let connection: PgConnection = options.connect().await?;
    connection.close().await
}

/// The server's message and its code; the form sqlx gives other errors holds no part of the configuration but names.
fn reason(error: &sqlx::Error) -> String {
    match error.as_database_error() {
        Some(error) => format!("{} (SQLSTATE {})", error.message(), error.code().unwrap_or_default()),
        None => error.to_string(),
    }
}

/// Whether waiting may help: nothing listens yet, the server is starting (57P03), shutting down (57P01, 57P02), or
/// full (53300). A wrong password, role or database stays wrong.
fn may_pass(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(error) => {
            matches!(error.code().as_deref(), Some("57P01" | "57P02" | "57P03" | "53300"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    #[tokio::test]
    async fn a_database_that_is_not_there_is_tried_until_the_limit_and_named_without_its_password() {
        // A port that was free a moment ago and that nothing listens on.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = SecretString::from(format!("postgres://u:canary-hunter2@127.0.0.1:{port}/ctap"));
        let config = DatabaseConfig::from_url(url, None, 1).unwrap().with_connect_limit(Duration::from_millis(400));
        let begin = Instant::now();
        let error = connect(&config, "test").await.unwrap_err();
        let BootError::Database { attempts, .. } = &error;
        assert!(*attempts >= 2, "{error}");
        assert!(begin.elapsed() < Duration::from_secs(3));
        let text = format!("{error} {error:?}");
        assert!(text.contains("refused") && !text.contains("canary"), "{text}");
    }

    #[tokio::test]
    async fn a_server_that_never_speaks_does_not_hold_up_the_start() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://u@127.0.0.1:{}/ctap", silent.local_addr().unwrap().port());
        let config = DatabaseConfig::from_url(url, None, 1).unwrap().with_connect_limit(Duration::from_millis(200));
        let error = listener_pool(&config, "test").await.unwrap_err();
        assert!(error.to_string().contains("did not answer in time"), "{error}");
    }
}
