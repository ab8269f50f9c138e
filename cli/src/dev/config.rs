//! What a run of `dev` is made of: its flags, and the environment, which configures the API and the worker as in
//! production, except for what `dev` decides itself.

use std::net::SocketAddr;
use std::path::PathBuf;

use boot::telemetry::Settings;
use boot::{DatabaseConfig, Env};
use secrecy::SecretString;

use crate::args::DevArgs;
use crate::environment::{self, Variables};
use crate::error::Error;

/// Libraries only when something is wrong; ours say what they do.
const LOG: &str = "warn,sea_orm_migration=warn,api=info,boot=info,ctap=info,domain=info,localpg=info,migration=info,worker=info,worker::stats=warn";

/// What holds unless the environment says otherwise.
const DEFAULTS: [(&str, &str); 7] = [
    ("GRAPHIQL", "true"),
    ("HTTP_ALLOW_PRIVATE", "true"),
    ("KEY_ENVIRONMENT", "dev"),
    ("RATE_LIMIT_POINTS", "0"),
    ("AUTH_FAILURES", "0"),
    ("LOG", LOG),
    ("LOG_FORMAT", "text"),
];

/// What holds whatever the environment says. The services are handed bound sockets, so ports are not theirs to choose.
const FIXED: [(&str, &str); 2] = [("BIND_ADDRESS", "127.0.0.1"), ("PORT", "0")];

/// Stands in for the private server's address until it runs. The services get their connections handed in.
const LATER: [(&str, &str); 1] = [("DATABASE_URL", "postgres://postgres@127.0.0.1/ctap")];

/// Connections of the API and of the worker, each, on the private server.
pub(super) const POOL: u32 = 8;

/// A database that the environment names.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) config: DatabaseConfig,
    pub(super) url: SecretString,
}

#[derive(Debug)]
pub(super) struct Config {
    pub(super) port: u16,
    pub(super) data_dir: PathBuf,
    pub(super) reset: bool,
    /// Whether the pages are built if need be.
    pub(super) builds_pages: bool,
    /// Instead of a private server.
    pub(super) given: Option<Given>,
    pub(super) api: api::Config,
    pub(super) worker: worker::Config,
    /// Where metrics are served, if anywhere.
    pub(super) metrics: Option<SocketAddr>,
}

/// Puts flags and variables together, and says all that is wrong with the variables at once.
pub(super) fn read(args: DevArgs, variables: Variables) -> Result<(Settings, Config), Error> {
    let DevArgs { port, data_dir, reset, no_web } = args;
    let is_given = environment::names_any(&variables, &["DATABASE_URL"]);
    if is_given && reset {
        return Err(Error::Usage(
            "--reset removes the private database of the data folder, and DATABASE_URL names another: drop one of the two".into(),
        ));
    }
    let mut env = if is_given {
        environment::between(&DEFAULTS, variables, &FIXED)
    } else {
        environment::between(&DEFAULTS, without_database(variables), &[FIXED.as_slice(), &LATER].concat())
    };
    let logging = Settings::read(&mut env);
    let api::Settings { config: api, metrics, .. } = api::Settings::read_for(&mut env, true);
    let worker = worker::Config::read(&mut env);
    let given = if is_given { read_given(&mut env) } else { None };
    let builds_pages = api.graphiql && !no_web;
    Ok(env.finish((logging, Config { port, data_dir, reset, builds_pages, given, api, worker, metrics }))?)
}

fn read_given(env: &mut Env) -> Option<Given> {
    let config = DatabaseConfig::read(env, POOL);
    Some(Given { config, url: env.secret("DATABASE_URL")? })
}

/// Without what is meant for another server: `PGSSLMODE=require`, say, would keep us from our own.
fn without_database(mut variables: Variables) -> Variables {
    variables.retain(|(name, _)| !name.starts_with("PG") && !name.starts_with("DATABASE_"));
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(reset: bool) -> DevArgs {
        DevArgs { port: 8080, data_dir: ".ctap".into(), reset, no_web: false }
    }

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect()
    }

    #[test]
    fn an_empty_environment_means_a_private_database_and_graphiql() {
        let (_, config) = read(args(false), Vec::new()).unwrap();
        assert!(config.given.is_none() && config.api.graphiql && config.builds_pages && config.worker.http_allow_private);
    }

    #[test]
    fn the_usual_variables_of_another_server_do_no_harm() {
        let foreign = [("PGSSLMODE", "require"), ("PGPORT", "x"), ("DATABASE_POOL", "0"), ("PORT", "x"), ("BIND_ADDRESS", "x")];
        let (_, config) = read(args(false), variables(&foreign)).unwrap();
        assert!(config.given.is_none() && config.api.graphiql);
    }

    #[test]
    fn what_is_on_here_can_be_turned_off() {
        let off = [("GRAPHIQL", "false"), ("HTTP_ALLOW_PRIVATE", "false")];
        let (_, config) = read(args(false), variables(&off)).unwrap();
        assert!(!config.api.graphiql && !config.builds_pages && !config.worker.http_allow_private);
    }

    #[test]
    fn a_given_database_is_used_and_never_reset() {
        let url = [("DATABASE_URL", "postgres://u:canary@127.0.0.1:6000/mine"), ("DATABASE_ROLE", "ctap_api")];
        let (_, config) = read(args(false), variables(&url)).unwrap();
        let given = config.given.unwrap();
        assert_eq!(given.config.pg_options("x").get_database(), Some("mine"));
        assert!(!format!("{given:?}").contains("canary"));
        let refused = read(args(true), variables(&url)).unwrap_err();
        assert!(matches!(&refused, Error::Usage(line) if line.contains("--reset") && line.contains("DATABASE_URL")));
    }

    #[test]
    fn all_mistakes_are_said_at_once() {
        let wrong = [("LOG_FORMAT", "xml"), ("WORKER_CONCURRENCY", "0"), ("DATABASE_URL", "canary"), ("CTAP_TYPO", "1")];
        let error = read(args(false), variables(&wrong)).unwrap_err().to_string();
        for name in wrong.map(|(name, _)| name) {
            assert_eq!(error.lines().filter(|line| line.starts_with(&format!("{name}: "))).count(), 1, "{name} in {error}");
        }
    }
}
