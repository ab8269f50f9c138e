//! The worker's configuration.
//!
//! | variable | meaning |
//! |---|---|
//! | `WORKER_CONCURRENCY` | attempts at the same time, 1 to 1000 (default 32) |
//! | `LEASE_SECONDS` | how long a claimed task is ours unless we extend that, 1 to 600 (default 30; extended every third of it) |
//! | `POLL_SECONDS` | longest pause between two looks for work that no hint told of, 1 to 60 (default 2) |
//! | `STATS_SECONDS` | time between two lines of numbers about all workers and tasks, 1 to 60 (default 30, which the alerts expect) |
//! | `HTTP_ALLOW_PRIVATE` | whether `http` tasks may call private addresses, any port, and without TLS (default false) |
//! | `WORKER_NAME` | first part of this process's name in the trail (default: the host's name) |
//! | `PORT` `BIND_ADDRESS` | where the health routes are served (default 8081 on 0.0.0.0) |
//! | `METRICS_PORT` | see `boot::metrics` |
//! | database | see `boot::database`; 8 connections by default |

use std::net::SocketAddr;
use std::time::Duration;

use boot::{DatabaseConfig, Env};

/// What a worker needs to know before it starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// Attempts at the same time.
    pub concurrency: usize,
    /// How long a claimed batch is this worker's own after each heartbeat.
    pub lease: Duration,
    /// Longest pause between two scans for work.
    pub poll_interval: Duration,
    /// Time between two `queue_stats` lines, of whichever worker.
    pub stats_interval: Duration,
    /// Whether `http` tasks may call private addresses.
    pub http_allow_private: bool,
    /// First part of the process's name; random digits follow, so that two starts are never taken for one.
    pub worker_name: Option<String>,
    /// Where the health routes are served; port 0 takes any free one.
    pub address: SocketAddr,
    /// Where metrics are served, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// The database.
    pub database: DatabaseConfig,
    /// How long attempts may go on after a stop before they are given back.
    pub drain: Duration,
}

/// The trail's column takes 128 bytes; a dash and eight digits follow the name.
const MAX_NAME_BYTES: usize = 100;

impl Config {
    /// Reads the variables above. Mistakes go to `env`.
    pub fn read(env: &mut Env) -> Config {
        let worker_name = env.optional("WORKER_NAME");
        if worker_name.as_deref().is_some_and(|name| name.len() > MAX_NAME_BYTES || !name.chars().all(is_name_char)) {
            env.mistake("WORKER_NAME", format_args!("must be at most {MAX_NAME_BYTES} of A-Z a-z 0-9 . _ -"));
        }
        let address = env.address(8081);
        Config {
            concurrency: env.integer("WORKER_CONCURRENCY", 32, 1..=1000),
            lease: env.seconds("LEASE_SECONDS", Duration::from_secs(30), 1..=600),
            poll_interval: env.seconds("POLL_SECONDS", Duration::from_secs(2), 1..=60),
            // Reports come three times as often, and a worker counts as one for a minute after each.
            stats_interval: env.seconds("STATS_SECONDS", Duration::from_secs(30), 1..=60),
            http_allow_private: env.boolean("HTTP_ALLOW_PRIVATE", false),
            worker_name,
            address,
            metrics: env.metrics_address(address),
            database: DatabaseConfig::read(env, 8),
            drain: Duration::from_secs(7),
        }
    }

    /// A worker of this database with every other setting at its default, for `dev` and for tests.
    pub fn new(database: DatabaseConfig) -> Config {
        let mut env = Env::from_pairs::<&str, &str>([("DATABASE_URL", "postgres://placeholder@localhost/placeholder")]);
        Config { database, ..Config::read(&mut env) }
    }

    /// `<WORKER_NAME or host>-<8 hex digits>`, another one at each call.
    pub(crate) fn unique_name(&self) -> String {
        let name = self.worker_name.clone().unwrap_or_else(host_name);
        format!("{name}-{:08x}", rand::random::<u32>())
    }
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

fn host_name() -> String {
    let text = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name: String = text.trim().chars().filter(|c| is_name_char(*c)).take(MAX_NAME_BYTES).collect();
    if name.is_empty() { "worker".into() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATABASE: (&str, &str) = ("DATABASE_URL", "postgres://ctap@localhost/ctap");

    fn read(pairs: &[(&str, &str)]) -> Result<Config, boot::ConfigError> {
        let mut env = Env::from_pairs(pairs.iter().copied().chain([DATABASE]));
        let config = Config::read(&mut env);
        env.finish(config)
    }

    #[test]
    fn everything_but_the_database_has_a_default() {
        let config = read(&[]).unwrap();
        assert_eq!((config.concurrency, config.lease, config.address.port()), (32, Duration::from_secs(30), 8081));
        assert!(!config.http_allow_private);
    }

    #[test]
    fn each_mistake_names_its_variable() {
        let wrong = [
            ("WORKER_CONCURRENCY", "0"),
            ("LEASE_SECONDS", "601"),
            ("POLL_SECONDS", "0"),
            ("STATS_SECONDS", "61"),
            ("HTTP_ALLOW_PRIVATE", "maybe"),
            ("WORKER_NAME", "a b"),
            ("PORT", "99999"),
            ("BIND_ADDRESS", "everywhere"),
        ];
        let error = read(&wrong).unwrap_err();
        assert_eq!(error.mistakes().len(), wrong.len(), "{error}");
        for (name, _) in wrong {
            assert!(error.mistakes().iter().any(|line| line.starts_with(&format!("{name}: must be"))), "{error}");
        }
    }

    #[test]
    fn two_starts_never_share_a_name() {
        let config = read(&[("WORKER_NAME", "blue")]).unwrap();
        let (one, two) = (config.unique_name(), config.unique_name());
        assert!(one.starts_with("blue-") && one != two, "{one} {two}");
        assert!(host_name().len() <= MAX_NAME_BYTES);
    }
}
