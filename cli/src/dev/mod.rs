//! `ctap dev`: everything on one machine, in one process.

mod addresses;
mod config;
mod data_dir;
mod database;
mod key;
mod output;
mod pages;
mod port;
mod ready;
mod services;
pub(crate) mod state_file;

use std::process::ExitCode;

use boot::telemetry;
use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;

use self::addresses::Addresses;
use self::config::Config;
use self::data_dir::DataDir;
use self::database::Database;
use self::key::FirstKey;
use self::services::Services;
use self::state_file::{State, StateFile};
use crate::args::DevArgs;
use crate::environment;
use crate::error::Error;
use crate::run::run;

/// Runs until told to stop. Exit code 0 after a drain, 1 when something failed, 2 for a mistake in flags or environment.
pub(crate) fn main(args: DevArgs) -> ExitCode {
    match config::read(args, environment::of_process()) {
        Ok((logging, config)) => {
            telemetry::init_with("ctap", logging);
            let code = run(async |stop| dev(config, stop).await);
            telemetry::spans::finish();
            code
        }
        Err(error) => error.report(),
    }
}

async fn dev(config: Config, stop: CancellationToken) -> Result<(), Error> {
    // First of all and held to the end: what follows must not be done by two.
    let data_dir = DataDir::open(&config.data_dir)?;
    let Some(database) = stop.run_until_cancelled(Box::pin(database::open(&config, &data_dir))).await else {
        return Ok(());
    };
    let database = database?;
    let result = Box::pin(with_database(config, &data_dir, &database, &stop)).await;
    let closed = database.close().await;
    result.and(closed)
}

async fn with_database(config: Config, data_dir: &DataDir, database: &Database, stop: &CancellationToken) -> Result<(), Error> {
    let builds_pages = config.builds_pages;
    let starting = async {
        database.prepare().await?;
        let key = key::ensure(database, data_dir).await?;
        Ok::<_, Error>((key, Services::start(config, database).await?))
    };
    let building = async {
        if builds_pages {
            pages::build().await;
        }
        Ok(())
    };
    let both = Box::pin(async { tokio::try_join!(starting, building) });
    let Some(started) = stop.run_until_cancelled(both).await else {
        return Ok(());
    };
    let ((key, mut services), ()) = started?;
    let addresses = services.addresses();
    let result = tokio::select! {
        failure = services.failure() => Err(failure),
        result = until_stopped(&addresses, &key, data_dir, database, stop) => result,
    };
    if result.is_ok() {
        progress("stopping; once more Ctrl-C to end at once ...");
    }
    let drained = services.drain().await;
    result.and(drained)
}

/// Announces the services once they are ready, and takes that back when told to stop.
async fn until_stopped(
    addresses: &Addresses,
    key: &FirstKey,
    data_dir: &DataDir,
    database: &Database,
    stop: &CancellationToken,
) -> Result<(), Error> {
    let Some(ready) = stop.run_until_cancelled(ready::wait(addresses)).await else {
        return Ok(());
    };
    ready?;
    let _announced = StateFile::write(
        data_dir.path(),
        &State {
            url: addresses.url(),
            graphql_url: addresses.graphql(),
            ws_url: addresses.websocket(),
            api_key: key.text.expose_secret().to_owned(),
            database_url: database.url().expose_secret().to_owned(),
            pid: std::process::id(),
        },
    )?;
    output::print(&output::text(addresses, key));
    stop.cancelled().await;
    Ok(())
}

/// What is going on, for the person who waits. Not a log line: it is there whatever the log's level.
fn progress(text: &str) {
    eprintln!("{text}");
}
