//! What `migrate` is asked to do besides the schema.
//!
//! | variable | meaning |
//! |---|---|
//! | `API_DB_PASSWORD` `WORKER_DB_PASSWORD` `AUDITOR_DB_PASSWORD` | makes the login user `ctap_api_login` ..., or sets its password; 16 to 256 printable ASCII characters |
//! | `API_DB_CONNECTIONS` `WORKER_DB_CONNECTIONS` `AUDITOR_DB_CONNECTIONS` | how many connections that login may have, 1 to 10000 (default 60, 30, 5) |
//! | `FIRST_ADMIN_KEY_SHA256` | the first administrator's key, as `ctap key new` prints it; the flag goes before it |

use boot::Env;

use crate::args::{self, Args};
use crate::{FirstAdmin, Login, Password, Team};

const FIRST_ADMIN: &str = "FIRST_ADMIN_KEY_SHA256";

/// Login users to set up and a first key to store; by default none.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Login users to make or to update.
    pub logins: Vec<Login>,
    /// The first administrator's key.
    pub first_admin: Option<FirstAdmin>,
}

impl Plan {
    /// Reads the variables above; mistakes, those in `args` too, go to `env`.
    pub fn read(env: &mut Env, args: Args) -> Plan {
        let logins = Team::ALL.into_iter().filter_map(|team| login(env, team)).collect();
        // Read in any case, so that a mistake in it is not passed over.
        let variable = env.optional(FIRST_ADMIN);
        let (source, text) = match args.first_admin {
            Some(text) => (args::FIRST_ADMIN, Some(text)),
            None => (FIRST_ADMIN, variable),
        };
        let first_admin = text.and_then(|text| match FirstAdmin::parse(&text, args.days) {
            Ok(admin) => Some(admin),
            Err(rule) => {
                env.mistake(source, rule);
                None
            }
        });
        Plan { logins, first_admin }
    }
}

fn login(env: &mut Env, team: Team) -> Option<Login> {
    let (password, connections, default) = match team {
        Team::Api => ("API_DB_PASSWORD", "API_DB_CONNECTIONS", 60),
        Team::Worker => ("WORKER_DB_PASSWORD", "WORKER_DB_CONNECTIONS", 30),
        Team::Auditor => ("AUDITOR_DB_PASSWORD", "AUDITOR_DB_CONNECTIONS", 5),
    };
    let connections = env.integer(connections, default, 1..=10_000);
    Password::read(env, password).map(|password| Login { team, password, connections })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(pairs: &[(&str, &str)], first_admin: Option<&str>) -> Result<Plan, String> {
        let mut env = Env::from_pairs(pairs.iter().copied());
        let plan = Plan::read(&mut env, Args { first_admin: first_admin.map(str::to_owned), days: 7 });
        env.finish(plan).map_err(|error| error.to_string())
    }

    #[test]
    fn only_those_with_a_password_are_set_up() {
        assert!(plan(&[("API_DB_CONNECTIONS", "7")], None).unwrap().logins.is_empty());
        let pairs = [("WORKER_DB_PASSWORD", "canary-0123456789"), ("AUDITOR_DB_PASSWORD", "canary-9876543210")];
        let plan = plan(&[pairs[0], pairs[1], ("AUDITOR_DB_CONNECTIONS", "2")], None).unwrap();
        assert!(!format!("{plan:?}").contains("canary"));
        let logins: Vec<_> = plan.logins.iter().map(|login| (login.team, login.connections)).collect();
        assert_eq!(logins, [(Team::Worker, 30), (Team::Auditor, 2)]);
    }

    #[test]
    fn the_flag_goes_before_the_variable() {
        let value = |id: &str| format!("{id}:{}", "0f".repeat(32));
        let (flag, variable) = (value("aaaaaaaaaaaa"), value("bbbbbbbbbbbb"));
        let both = plan(&[("FIRST_ADMIN_KEY_SHA256", &variable)], Some(&flag)).unwrap();
        assert_eq!(both.first_admin.unwrap(), FirstAdmin::parse(&flag, 7).unwrap());
        let one = plan(&[("FIRST_ADMIN_KEY_SHA256", &variable)], None).unwrap();
        assert_eq!(one.first_admin.unwrap(), FirstAdmin::parse(&variable, 7).unwrap());
    }

    #[test]
    fn every_mistake_is_one_line_without_the_value() {
        let pairs = [
            ("API_DB_PASSWORD", "canary"),
            ("WORKER_DB_PASSWORD", "canary-0123456789\n"),
            ("AUDITOR_DB_CONNECTIONS", "0"),
            ("FIRST_ADMIN_KEY_SHA256", "canary"),
        ];
        let said = plan(&pairs, None).unwrap_err();
        let names: Vec<_> = said.lines().map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(names, ["API_DB_PASSWORD", "WORKER_DB_PASSWORD", "AUDITOR_DB_CONNECTIONS", "FIRST_ADMIN_KEY_SHA256"]);
        assert!(!said.contains("canary"), "{said}");
        let said = plan(&[], Some("canary")).unwrap_err();
        assert!(said.starts_with("--first-admin-key-sha256: must be") && !said.contains("canary"), "{said}");
    }
}
