//! Where the database is and how many connections to hold.
//!
//! | variable | meaning |
//! |---|---|
//! | `DATABASE_URL` | `postgres://user:password@host:port/database?sslmode=...`; what it leaves out comes from `PG*` |
//! | `PGHOST` `PGPORT` `PGUSER` `PGPASSWORD` `PGDATABASE` `PGSSLMODE` `PGSSLROOTCERT` | as in libpq; `PGHOST` may be a socket folder |
//! | `DATABASE_POOL` | connections of this process, 1 to 500 |
//! | `DATABASE_ROLE` | role that every connection takes on (`SET ROLE`) |
//! | `DATABASE_CONNECT_SECONDS` | how long a start waits for the database, 1 to 600 (default 30) |

mod role;
mod target;
mod url;

use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use self::target::Parts;
use crate::env::{ConfigError, Env};

/// How long a start waits for a database that does not answer yet.
const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// One database, checked. `Debug` shows no password.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    host: String,
    port: u16,
    user: String,
    password: Option<SecretString>,
    database: String,
    ssl_mode: PgSslMode,
    ssl_root_cert: Option<PathBuf>,
    role: Option<String>,
    pool: u32,
    connect_limit: Duration,
}

impl DatabaseConfig {
    /// Reads the variables above. Mistakes go to `env`; what is returned then is not to be used (`Env::finish` sees to it).
    pub fn read(env: &mut Env, default_pool: u32) -> DatabaseConfig {
        let pool = env.integer("DATABASE_POOL", default_pool, 1..=500);
        let connect_limit = env.seconds("DATABASE_CONNECT_SECONDS", CONNECT_LIMIT, 1..=600);
        let role = role::read(env);
        let mut parts = Parts::from_variables(env);
        if let Some(text) = env.secret("DATABASE_URL") {
            match url::parse(&text) {
                Ok(from_url) => parts = from_url.or(parts),
                Err(rule) => {
                    // Without its target everything else would be reported as missing too.
                    env.mistake("DATABASE_URL", rule);
                    parts = Parts::placeholder();
                }
            }
        }
        let target = parts.resolve(env);
        DatabaseConfig { role, pool, connect_limit, ..target }
    }

    /// A database by its URL, for `dev` and for tests.
    ///
    /// # Errors
    /// The same mistakes as [`DatabaseConfig::read`], named `DATABASE_URL`, `DATABASE_ROLE`, `DATABASE_POOL`.
    pub fn from_url(url: impl Into<SecretString>, role: Option<&str>, pool: u32) -> Result<DatabaseConfig, ConfigError> {
        let url: SecretString = url.into();
        let mut pairs = vec![("DATABASE_URL", url.expose_secret().to_owned()), ("DATABASE_POOL", pool.to_string())];
        pairs.extend(role.map(|role| ("DATABASE_ROLE", role.to_owned())));
        let mut env = Env::from_pairs(pairs);
        let config = DatabaseConfig::read(&mut env, pool);
        env.finish(config)
    }

    /// The same database with another role, or with the login's own rights (`None`).
    ///
    /// # Errors
    /// `role` is not a plain role name.
    pub fn with_role(mut self, role: Option<&str>) -> Result<DatabaseConfig, ConfigError> {
        let mut env = Env::from_pairs(role.map(|role| ("DATABASE_ROLE", role)));
        self.role = role::read(&mut env);
        env.finish(self)
    }

    /// The same database with another limit for the first connection.
    pub fn with_connect_limit(self, connect_limit: Duration) -> DatabaseConfig {
        DatabaseConfig { connect_limit, ..self }
    }

    /// How many connections the pool of this process may hold.
    pub fn pool_size(&self) -> u32 {
        self.pool
    }

    /// How long the first connection is tried for.
    pub fn connect_limit(&self) -> Duration {
        self.connect_limit
    }

    /// What sqlx needs to connect: target, role and name, without timeouts and without statement logging. The time
    /// zone is UTC (sqlx sends it with every startup).
    pub fn pg_options(&self, application_name: &str) -> PgConnectOptions {
        let mut options = PgConnectOptions::new_without_pgpass()
            .port(self.port)
            .username(&self.user)
            .database(&self.database)
            .ssl_mode(self.ssl_mode)
            .application_name(application_name)
            .disable_statement_logging();
        options = if self.host.starts_with('/') { options.socket(&self.host) } else { options.host(&self.host) };
        if let Some(password) = &self.password {
            options = options.password(password.expose_secret());
        }
        if let Some(path) = &self.ssl_root_cert {
            options = options.ssl_root_cert(path);
        }
        if let Some(role) = &self.role {
            options = options.options([("role", role)]);
        }
        options
    }
}

#[cfg(test)]
mod tests;
