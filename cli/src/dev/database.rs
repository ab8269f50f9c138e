//! The database of a run: a private PostgreSQL, or the one that DATABASE_URL names.

use boot::DatabaseConfig;
use localpg::{Binaries, Options, Server};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use secrecy::SecretString;

use super::config::{Config, Given, POOL};
use super::data_dir::DataDir;
use super::progress;
use crate::error::Error;

/// Its name on the private server.
const NAME: &str = "ctap";

#[derive(Debug)]
pub(super) struct Database {
    /// Absent when the database was given.
    server: Option<Server>,
    config: DatabaseConfig,
    url: SecretString,
}

/// Starts the private PostgreSQL (after a reset, if asked for), or takes what was given.
///
/// # Errors
/// There is no PostgreSQL, or it does not start.
pub(super) async fn open(config: &Config, data_dir: &DataDir) -> Result<Database, Error> {
    if let Some(Given { config, url }) = &config.given {
        progress("using the database of DATABASE_URL");
        return Ok(Database { server: None, config: config.clone(), url: url.clone() });
    }
    if config.reset {
        data_dir.reset().await?;
        progress("removed the database and the key of earlier runs");
    }
    let home = localpg::cluster_home(data_dir.path())?;
    if let Some(reason) = &home.moved_because {
        progress(&format!("the database is in {} ({reason})", home.path.display()));
    }
    let binaries = Binaries::locate_for(&home.path).await?;
    let first = if home.path.join("PG_VERSION").exists() { "" } else { " on a new database" };
    progress(&format!("starting PostgreSQL {}{first} ...", binaries.major()));
    let server = Server::start(&binaries, Options { cluster_dir: home.path, ephemeral: false }).await?;
    let url = server.url(NAME);
    let config = DatabaseConfig::from_url(url.clone(), None, POOL)?;
    Ok(Database { server: Some(server), config, url })
}

impl Database {
    /// As the owner of the schema.
    pub(super) fn url(&self) -> &SecretString {
        &self.url
    }

    /// How a process under `role` is configured.
    pub(super) fn config(&self, role: &str) -> Result<DatabaseConfig, Error> {
        Ok(self.config.clone().with_role(Some(role))?)
    }

    /// Connections with the login's own rights, for setting things up.
    pub(super) async fn owner(&self) -> Result<DatabaseConnection, Error> {
        Ok(boot::pool::connect_unlimited(&self.config.clone().with_role(None)?, "ctap-dev").await?)
    }

    /// Makes the database where it is ours to make, its roles, and the newest schema.
    pub(super) async fn prepare(&self) -> Result<(), Error> {
        if let Some(server) = &self.server {
            create(server).await?;
        }
        // Opened for its patience with a server that is still starting, and for its clear words when there is none.
        self.owner().await?.close().await?;
        let owner = self.config.clone().with_role(None)?;
        let applied = migration::up(owner.pg_options("ctap-dev")).await?;
        if applied > 0 {
            progress(&format!("applied {applied} migrations"));
        }
        Ok(())
    }

    /// Shuts the private server down and waits until it is gone.
    pub(super) async fn close(self) -> Result<(), Error> {
        match self.server {
            Some(server) => Ok(server.stop().await?),
            None => Ok(()),
        }
    }
}

/// Makes the database on the private server unless it is there. Nobody else can be at it: the data folder is locked.
async fn create(server: &Server) -> Result<(), Error> {
    let config = DatabaseConfig::from_url(server.url("postgres"), None, 1)?;
    let admin = boot::pool::connect_unlimited(&config, "ctap-dev").await?;
    let found = admin.query_all_raw(sea_orm::Statement::from_string(admin.get_database_backend(), exists())).await?;
    if found.is_empty() {
        admin.execute_unprepared(&format!("CREATE DATABASE {NAME}")).await?;
    }
    Ok(admin.close().await?)
}

fn exists() -> String {
    format!("SELECT 1 FROM pg_database WHERE datname = '{NAME}'")
}
