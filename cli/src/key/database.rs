//! Which database the keys are in.

use std::time::Duration;

use boot::telemetry::Settings;
use boot::{DatabaseConfig, pool};
use domain::{IdClock, schema};
use sea_orm::DatabaseConnection;

use crate::args::DatabaseArgs;
use crate::dev::state_file;
use crate::environment;
use crate::error::Error;

/// Quiet: stderr is for the few words of this command.
const DEFAULTS: [(&str, &str); 2] = [("LOG", "warn"), ("LOG_FORMAT", "text")];

/// The database of a running `dev` is there at once or not at all.
const DEV_CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// A database, not connected to yet.
pub(super) struct Where(DatabaseConfig);

impl Where {
    /// Connects, and sets a clock by it. Its schema must be this build's.
    pub(super) async fn open(&self) -> Result<(DatabaseConnection, IdClock), Error> {
        let db = pool::connect(&self.0, "ctap-key").await?;
        // An error here is a database without any of our tables.
        if !schema::is_current(&db).await.unwrap_or(false) {
            return Err(Error::NotMigrated);
        }
        let ids = IdClock::new();
        ids.sync(&db).await?;
        Ok((db, ids))
    }
}

/// Which database: DATABASE_URL's, else that of a running `dev` (which does not heed PG* either), else that of PG*.
pub(super) fn read(args: &DatabaseArgs) -> Result<(Settings, Where), Error> {
    let variables = environment::of_process();
    let [is_url_set, is_host_set] = ["DATABASE_URL", "PGHOST"].map(|name| environment::names_any(&variables, &[name]));
    let dev = if is_url_set { None } else { state_file::read(&args.data_dir)? };
    let mut env = environment::between(&DEFAULTS, variables, &[]);
    let logging = Settings::read(&mut env);
    if is_url_set || dev.is_none() && is_host_set {
        let database = DatabaseConfig::read(&mut env, 1);
        return Ok(env.finish((logging, Where(database)))?);
    }
    let logging = env.finish(logging)?;
    let Some(state) = dev else {
        return Err(Error::Usage(format!(
            "no database: set DATABASE_URL, or start `ctap dev`, which does not run on {}, or set PGHOST, PGUSER and PGDATABASE",
            args.data_dir.display()
        )));
    };
    let database = DatabaseConfig::from_url(state.database_url, None, 1)?.with_connect_limit(DEV_CONNECT_LIMIT);
    Ok((logging, Where(database)))
}
