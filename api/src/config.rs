//! Configuration of the API process.
//!
//! | variable | meaning |
//! |---|---|
//! | `PORT` | port to listen on, 0 to 65535 (default 8080; 0 takes any free one) |
//! | `BIND_ADDRESS` | address to listen on (default `0.0.0.0`) |
//! | `METRICS_PORT` | see [`boot::metrics`] |
//! | `GRAPHIQL` | whether `/graphiql` shows the page, `true` or `false` (default `false`) |
//! | `INTROSPECTION` | whether everybody may ask for the schema, or only who has the scope `admin` or `platform`, `true` or `false` (default: as `GRAPHIQL`, which needs it) |
//! | `ALLOWED_ORIGINS` | origins of web pages, besides the API's own, that may call from a browser, separated by commas (default none) |
//! | `MAX_CONNECTIONS` | connections of clients at a time, websockets included, 1 to 100000 (default 10000, and never more than the process may open files) |
//!
//! Limits of GraphQL operations: [`GraphqlLimits::read`]. Who is let in: [`AccessSettings::read`]; whose
//! tokens are believed: [`crate::jwt::Settings::read`]. The database's variables are those of [`boot::DatabaseConfig`];
//! the default of `DATABASE_POOL` is 8.

mod limits;
mod patience;
mod tokens;

use std::net::SocketAddr;

use boot::{DatabaseConfig, Env};

pub use self::limits::GraphqlLimits;
pub use self::patience::Patience;
pub use self::tokens::Tokens;
use crate::access::AccessSettings;
use crate::origins::Origins;

/// Connections of one API process; the listener has one more.
const POOL: u32 = 8;

/// Whether the schema may be asked for; on unless it is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Introspection(pub bool);

impl Default for Introspection {
    fn default() -> Introspection {
        Introspection(true)
    }
}

/// How many connections of clients may be open at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxConnections(usize);

impl MaxConnections {
    /// Files that are no client's: the pool, the listener, the log, what the runtime keeps open.
    const RESERVED_FILES: usize = 100;

    fn read(env: &mut Env) -> MaxConnections {
        MaxConnections(env.integer("MAX_CONNECTIONS", MaxConnections::default().0, 1..=100_000))
    }

    /// As many as the setting says, or as the process may open files if that is less.
    pub(crate) fn within_files(self) -> usize {
        self.0.min(boot::files::limit().saturating_sub(Self::RESERVED_FILES)).max(1)
    }
}

impl Default for MaxConnections {
    fn default() -> MaxConnections {
        MaxConnections(10_000)
    }
}

/// What changes how requests are answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Who is let in, and how much of the process one of them may have.
    pub access: AccessSettings,
    /// Whose tokens are believed, besides our own keys.
    pub tokens: Tokens,
    /// Whether `/graphiql` shows the page.
    pub graphiql: bool,
    /// How much one operation may ask for.
    pub graphql: GraphqlLimits,
    /// Whether the schema may be asked for.
    pub introspection: Introspection,
    /// Connections of clients at a time.
    pub max_connections: MaxConnections,
    /// Whose web pages may call.
    pub origins: Origins,
    /// How long clients of open connections are waited for.
    pub patience: Patience,
}

/// Everything the process needs to start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen.
    pub address: SocketAddr,
    /// Where metrics are served, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// Which database.
    pub database: DatabaseConfig,
    /// How to answer.
    pub config: Config,
}

impl Settings {
    /// Reads the variables above; mistakes go to `env`.
    pub fn read(env: &mut Env) -> Settings {
        Settings::read_for(env, false)
    }

    /// The same; `development` says that it is for one's own machine, where more is allowed.
    pub fn read_for(env: &mut Env, development: bool) -> Settings {
        let address = env.address(8080);
        let graphiql = env.boolean("GRAPHIQL", false);
        let config = Config {
            access: AccessSettings::read(env),
            tokens: Tokens::read(env, development),
            graphiql,
            graphql: GraphqlLimits::read(env),
            introspection: Introspection(env.boolean("INTROSPECTION", graphiql)),
            max_connections: MaxConnections::read(env),
            origins: Origins::read(env),
            patience: Patience::default(),
        };
        Settings { address, metrics: env.metrics_address(address), database: DatabaseConfig::read(env, POOL), config }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_takes_the_defaults() {
        let mut env = Env::from_pairs([("DATABASE_URL", "postgres://u@127.0.0.1/ctap")]);
        let settings = Settings::read(&mut env);
        let settings = env.finish(settings).unwrap();
        assert_eq!(settings.address.to_string(), "0.0.0.0:8080");
        assert!(!settings.config.graphiql);
        assert_eq!(settings.database.pool_size(), 8);
    }

    #[test]
    fn every_mistake_is_one_line() {
        let pairs = [
            ("PORT", "80000"),
            ("BIND_ADDRESS", "localhost"),
            ("GRAPHIQL", "perhaps"),
            ("DATABASE_URL", "postgres://u@127.0.0.1/ctap"),
        ];
        let mut env = Env::from_pairs(pairs);
        let settings = Settings::read(&mut env);
        let error = env.finish(settings).unwrap_err();
        let names: Vec<_> = error.mistakes().iter().filter_map(|m| m.split(':').next()).collect();
        assert_eq!(names, ["PORT", "BIND_ADDRESS", "GRAPHIQL"]);
    }
}
