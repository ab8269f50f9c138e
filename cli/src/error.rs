//! Everything that can end a command, in words for the person at the terminal.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use boot::{BootError, ConfigError};
use migration::MigrateError;
use sea_orm::DbErr;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A flag, or flags and environment together, make no sense.
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Postgres(#[from] localpg::Error),
    #[error(transparent)]
    Connect(#[from] BootError),
    #[error("cannot bring the database to the schema of this version: {0}")]
    Migrate(#[from] MigrateError),
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
    #[error("the database's schema is missing or older than this program: run `migrate` first")]
    NotMigrated,
    #[error("{path} is in use by another `ctap dev`{owner}: stop that one first, or choose another folder with --data-dir", path = .path.display())]
    InUse {
        path: PathBuf,
        /// ` (pid n)` when known, else empty.
        owner: String,
    },
    #[error("every port of 127.0.0.1 from {first} to {last} is taken: choose another with --port")]
    NoPort { first: u16, last: u16 },
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen { port: u16, source: io::Error },
    #[error("cannot serve metrics on METRICS_PORT: {0}")]
    Metrics(io::Error),
    #[error("the {service} ended: {reason}")]
    Ended { service: &'static str, reason: String },
    #[error("the {service} was not ready within {seconds} s: {reason}")]
    NotReady { service: &'static str, seconds: u64, reason: String },
    #[error("cannot {act} {path}: {source}", path = .path.display())]
    File {
        /// A verb that reads well before the path.
        act: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// Says it on stderr. The answer is the process's exit code: 2 for what a corrected command line or environment
    /// cures, 1 for the rest.
    pub(crate) fn report(&self) -> ExitCode {
        match self {
            // A line per mistake, each beginning with the variable's name.
            Error::Config(mistakes) => eprintln!("{mistakes}"),
            other => eprintln!("error: {other}"),
        }
        match self {
            Error::Config(_) | Error::Usage(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

/// Names the act and the path on the way from [`io::Error`] to [`Error`].
pub(crate) trait At<T> {
    fn at(self, act: &'static str, path: impl Into<PathBuf>) -> Result<T, Error>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, act: &'static str, path: impl Into<PathBuf>) -> Result<T, Error> {
        self.map_err(|source| Error::File { act, path: path.into(), source })
    }
}

/// An error with its causes, in one text; a cause that the text above it already tells is left out.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
