//! A PostgreSQL of a test's own: roles and logins are the cluster's, and other tests look at those of theirs.

use std::process::{Command, Output, Stdio};

use localpg::{Binaries, Server};
use secrecy::ExposeSecret;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// The database of the tests.
pub(crate) const DATABASE: &str = "ctap";
/// Its owner: may make roles and databases, is no superuser. Such are the users that Cloud SQL gives its customers.
pub(crate) const MIGRATOR: &str = "ctap_migrator";
const MIGRATOR_PASSWORD: &str = "migrator's own";

pub(crate) struct Cluster(Server);

impl Cluster {
    /// A server with the migrator and its database. All statements are logged.
    pub(crate) async fn start() -> Cluster {
        let binaries = Binaries::locate().await.unwrap();
        let cluster = Cluster(Server::start_ephemeral(&binaries).await.unwrap());
        let mut admin = cluster.superuser("postgres").connect().await.unwrap();
        for sql in [
            format!("CREATE ROLE {MIGRATOR} LOGIN CREATEROLE CREATEDB PASSWORD '{}'", MIGRATOR_PASSWORD.replace('\'', "''")),
            format!("CREATE DATABASE {DATABASE} OWNER {MIGRATOR}"),
            "ALTER SYSTEM SET log_statement = 'all'".to_owned(),
            "ALTER SYSTEM SET log_min_duration_statement = 0".to_owned(),
            "SELECT pg_reload_conf()".to_owned(),
        ] {
            run(&mut admin, &sql).await.unwrap();
        }
        cluster
    }

    pub(crate) fn superuser(&self, database: &str) -> PgConnectOptions {
        self.0.url(database).expose_secret().parse().unwrap()
    }

    pub(crate) fn migrator(&self) -> PgConnectOptions {
        self.login(MIGRATOR, MIGRATOR_PASSWORD)
    }

    pub(crate) fn login(&self, user: &str, password: &str) -> PgConnectOptions {
        self.superuser(DATABASE).username(user).password(password).disable_statement_logging()
    }

    /// The binary as the migrator, with further variables and arguments.
    pub(crate) async fn migrate(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
        self.migrate_as(MIGRATOR, MIGRATOR_PASSWORD, variables, arguments).await
    }

    pub(crate) async fn migrate_as(&self, user: &str, password: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
        let mut command = Command::new(crate::up_down::binary());
        command.env_clear().args(arguments).envs(variables.iter().copied()).stdin(Stdio::null());
        command.env("PGHOST", "127.0.0.1").env("PGPORT", self.0.port().to_string()).env("PGDATABASE", DATABASE);
        command.env("PGUSER", user).env("PGPASSWORD", password);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    /// What the server logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.0.cluster_dir().join("server.log")).unwrap()
    }

    pub(crate) async fn stop(self) {
        self.0.stop().await.unwrap();
    }
}

pub(crate) async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
}

/// The first column of the only row.
pub(crate) async fn text(connection: &mut PgConnection, sql: &str) -> String {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await.unwrap()
}

/// One statement as somebody, on a connection of its own.
pub(crate) async fn once(options: PgConnectOptions, sql: &str) -> Result<(), sqlx::Error> {
    let mut connection = options.connect().await?;
    let result = run(&mut connection, sql).await;
    connection.close().await?;
    result
}

/// Asserts that a run of the binary went well.
pub(crate) fn assert_done(output: &Output) {
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}
