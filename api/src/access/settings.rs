//! Who is let in, and how much of the process one of them may have.
//!
//! | variable | meaning |
//! |---|---|
//! | `TRUSTED_PROXY_HOPS` | proxies in front that are ours, 0 to 10 (default 0): the client's address is that many places from the right in `X-Forwarded-For`; with 0 it is the connection's |
//! | `RATE_LIMIT_POINTS` | points a minute of one user, 0 to 10000000 (default 60000; 0 is no limit); a GraphQL operation costs its points, a REST request one |
//! | `AUTH_FAILURES` | refused credentials a minute of one address, 0 to 100000 (default 100; 0 is no limit) |
//! | `MAX_SOCKETS_PER_USER` | websockets of one user at a time, 1 to 100000 (default 100) |
//! | `MAX_SUBSCRIPTIONS_PER_USER` | subscriptions of one user at a time, over websockets and event streams, 1 to 100000 (default 100) |
//! | `MAX_OPEN_TASKS` | tasks of one tenant that may be pending or running, 0 to 1000000000 (default 1000000; 0 is no limit); a tenant may have a limit of its own |
//! | `KEY_ENVIRONMENT` | second part of the keys that this API makes (`ctap_prod_...`), 2 to 8 lower-case letters (default `prod`) |

use std::num::NonZeroU32;

use boot::Env;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessSettings {
    /// Proxies in front that are ours.
    pub trusted_proxy_hops: usize,
    /// Points a minute of one user.
    pub rate_limit_points: Option<NonZeroU32>,
    /// Refused credentials a minute of one address.
    pub auth_failures: Option<NonZeroU32>,
    /// Websockets of one user at a time.
    pub sockets: usize,
    /// Subscriptions of one user at a time.
    pub subscriptions: usize,
    /// Pending and running tasks of a tenant.
    pub open_tasks: Option<u64>,
    /// Second part of new keys.
    pub key_environment: String,
}

impl Default for AccessSettings {
    /// For tests: production's, but for the limits that a test of something else would run into.
    fn default() -> AccessSettings {
        AccessSettings {
            trusted_proxy_hops: 0,
            rate_limit_points: None,
            auth_failures: None,
            sockets: 100,
            subscriptions: 100,
            open_tasks: None,
            key_environment: "dev".to_owned(),
        }
    }
}

impl AccessSettings {
    /// Reads the variables above; mistakes go to `env`.
    pub fn read(env: &mut Env) -> AccessSettings {
        let key_environment = env.text("KEY_ENVIRONMENT", "prod");
        if !(2..=8).contains(&key_environment.len()) || !key_environment.bytes().all(|b| b.is_ascii_lowercase()) {
            env.mistake("KEY_ENVIRONMENT", "must be 2 to 8 lower-case letters");
        }
        let open_tasks: u64 = env.integer("MAX_OPEN_TASKS", 1_000_000, 0..=1_000_000_000);
        AccessSettings {
            trusted_proxy_hops: env.integer("TRUSTED_PROXY_HOPS", 0, 0..=10),
            rate_limit_points: NonZeroU32::new(env.integer("RATE_LIMIT_POINTS", 60_000, 0..=10_000_000)),
            auth_failures: NonZeroU32::new(env.integer("AUTH_FAILURES", 100, 0..=100_000)),
            sockets: env.integer("MAX_SOCKETS_PER_USER", 100, 1..=100_000),
            subscriptions: env.integer("MAX_SUBSCRIPTIONS_PER_USER", 100, 1..=100_000),
            open_tasks: (open_tasks > 0).then_some(open_tasks),
            key_environment,
        }
    }
}
