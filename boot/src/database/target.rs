//! Which server, which database, as whom: the parts that a URL or the `PG*` variables name, and their rules.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use sqlx::postgres::PgSslMode;

use super::DatabaseConfig;
use crate::env::Env;

/// What one source says; any part may be missing.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) user: Option<String>,
    pub(super) password: Option<SecretString>,
    pub(super) database: Option<String>,
    pub(super) ssl_mode: Option<PgSslMode>,
    pub(super) ssl_root_cert: Option<PathBuf>,
}

impl Parts {
    /// The `PG*` variables, as libpq names them.
    pub(super) fn from_variables(env: &mut Env) -> Parts {
        let port = env.integer("PGPORT", 0_u16, 1..=u16::MAX);
        let ssl_mode = env.optional("PGSSLMODE").and_then(|text| {
            let mode = parse_ssl_mode(&text);
            if mode.is_none() {
                env.mistake("PGSSLMODE", "must be disable, allow, prefer, require, verify-ca or verify-full");
            }
            mode
        });
        Parts {
            host: env.optional("PGHOST"),
            port: (port > 0).then_some(port),
            user: env.optional("PGUSER"),
            password: env.secret("PGPASSWORD"),
            database: env.optional("PGDATABASE"),
            ssl_mode,
            ssl_root_cert: env.optional("PGSSLROOTCERT").map(PathBuf::from),
        }
    }

    /// A complete target that stands in for one that could not be read.
    pub(super) fn placeholder() -> Parts {
        let text = || Some("localhost".to_owned());
        Parts { host: text(), user: text(), database: text(), ..Parts::default() }
    }

    /// These parts, and where they are silent those of `other`.
    pub(super) fn or(self, other: Parts) -> Parts {
        Parts {
            host: self.host.or(other.host),
            port: self.port.or(other.port),
            user: self.user.or(other.user),
            password: self.password.or(other.password),
            database: self.database.or(other.database),
            ssl_mode: self.ssl_mode.or(other.ssl_mode),
            ssl_root_cert: self.ssl_root_cert.or(other.ssl_root_cert),
        }
    }

    /// The target, with a mistake in `env` for every part that is missing, and for a way over a network that does not
    /// check who is at its end.
    pub(super) fn resolve(self, env: &mut Env) -> DatabaseConfig {
        let Some(host) = self.host else {
            env.mistake("DATABASE_URL", "must name a host (or set PGHOST, PGUSER and PGDATABASE instead)");
            return Parts::placeholder().resolve(env);
        };
        let mut named = |part: Option<String>, variable: &str| {
            part.unwrap_or_else(|| {
                env.mistake(variable, "is required: set it, or name it in DATABASE_URL");
                String::new()
            })
        };
        let user = named(self.user, "PGUSER");
        let database = named(self.database, "PGDATABASE");
        let ssl_mode = match self.ssl_mode {
            // PostgreSQL has no TLS on a socket; asking for it costs a round trip.
            _ if host.starts_with('/') => PgSslMode::Disable,
            mode if is_loopback(&host) => mode.unwrap_or(PgSslMode::Prefer),
            Some(PgSslMode::VerifyFull) => PgSslMode::VerifyFull,
            // The others encrypt, if at all, without asking whom they speak to: whoever stands in between is handed the data.
            _ => {
                env.mistake(
                    "PGSSLMODE",
                    "must be verify-full (here or as sslmode in DATABASE_URL): the host is neither loopback nor a socket",
                );
                PgSslMode::VerifyFull
            }
        };
        DatabaseConfig {
            host,
            port: self.port.unwrap_or(5432),
            user,
            password: self.password,
            database,
            ssl_mode,
            ssl_root_cert: self.ssl_root_cert,
            role: None,
            pool: 1,
            connect_limit: Duration::ZERO,
        }
    }
}

/// The mode of that name, as libpq spells it.
pub(super) fn parse_ssl_mode(text: &str) -> Option<PgSslMode> {
    text.parse().ok()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
