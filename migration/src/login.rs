//! Login users of the processes.

use crate::Password;
use crate::session::Session;

/// Whose login it is: the group role whose rights it has, and no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Team {
    /// `ctap_api_login`, of `ctap_api`.
    Api,
    /// `ctap_worker_login`, of `ctap_worker`.
    Worker,
    /// `ctap_auditor_login`, of `ctap_auditor`; reads only.
    Auditor,
}

/// A login user as it is to be.
#[derive(Clone, Debug)]
pub struct Login {
    /// Whose.
    pub team: Team,
    /// Its password from now on.
    pub password: Password,
    /// How many connections it may have at a time.
    pub connections: u32,
}

impl Team {
    /// Every one, in the order in which they are set up.
    pub const ALL: [Team; 3] = [Team::Api, Team::Worker, Team::Auditor];

    /// The group role.
    #[must_use]
    pub fn group(self) -> &'static str {
        match self {
            Team::Api => "ctap_api",
            Team::Worker => "ctap_worker",
            Team::Auditor => "ctap_auditor",
        }
    }

    /// The login user.
    #[must_use]
    pub fn login(self) -> &'static str {
        match self {
            Team::Api => "ctap_api_login",
            Team::Worker => "ctap_worker_login",
            Team::Auditor => "ctap_auditor_login",
        }
    }

    /// What a session of the login begins with. The processes set narrower limits themselves for what serves, and none for
    /// the connection that listens.
    fn settings(self) -> String {
        let limits = match self {
            Team::Api | Team::Worker => {
                "statement_timeout = '30s';lock_timeout = '10s';idle_in_transaction_session_timeout = '30s';\
                 default_transaction_read_only = off"
            }
            Team::Auditor => {
                "statement_timeout = '2min';lock_timeout = '5s';idle_in_transaction_session_timeout = '1min';\
                 default_transaction_read_only = on"
            }
        };
        format!("role = {};search_path = pg_catalog, public, pg_temp;{limits}", self.group())
    }
}

/// Makes the login user, or brings it to what it should be. Connections that are open stay open.
pub(crate) async fn ensure(session: &Session, login: &Login) -> Result<(), sqlx::Error> {
    let settings = [
        ("login", login.team.login()),
        ("group", login.team.group()),
        ("verifier", &login.password.verifier()),
        ("connections", &login.connections.to_string()),
        ("settings", &login.team.settings()),
    ];
    session.change_roles(&settings, include_str!("sql/login.sql")).await
}
