//! One throw-away PostgreSQL per test process, started by the first test that asks.

use std::sync::OnceLock;

use localpg::{Binaries, Server};
use secrecy::{ExposeSecret, SecretString};
use tokio::runtime::Handle;

/// The server and the runtime it lives on. Never dropped: when the process ends, in whatever way, the guardian of
/// `localpg` stops the server and removes its folder.
pub(crate) struct Shared {
    server: Server,
    pub(crate) runtime: Handle,
}

impl Shared {
    pub(crate) fn url(&self, database: &str) -> SecretString {
        self.server.url(database)
    }
}

static SHARED: OnceLock<Shared> = OnceLock::new();

/// Starts the server on a thread and a runtime of its own: those of the first test would end with that test.
pub(crate) fn shared() -> &'static Shared {
    SHARED.get_or_init(|| {
        let (send, receive) = std::sync::mpsc::channel();
        std::thread::Builder::new()
            .name("testkit-postgresql".into())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
                runtime.block_on(async {
                    let binaries = Binaries::locate().await.unwrap_or_else(|e| panic!("{e}"));
                    let server = Server::start_ephemeral(&binaries).await.unwrap_or_else(|e| panic!("{e}"));
                    migrate_template(&server.url("template_ctap"), &server.url("postgres")).await;
                    send.send(Shared { server, runtime: Handle::current() }).unwrap();
                    std::future::pending::<()>().await;
                });
            })
            .unwrap();
        receive.recv().expect("PostgreSQL for the tests did not start; the reason stands above")
    })
}

/// Every test's database is a copy of this one: migrations run once per process.
async fn migrate_template(template: &SecretString, admin: &SecretString) {
    execute(admin, "CREATE DATABASE template_ctap").await;
    migration::up(template.expose_secret().parse().unwrap()).await.unwrap();
}

/// Runs one statement on a connection of its own.
pub(crate) async fn execute(url: &SecretString, sql: &str) {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(url.expose_secret()).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    connection.close().await.unwrap();
}
