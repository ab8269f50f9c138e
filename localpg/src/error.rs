//! Everything that can go wrong, each with what the person at the terminal can do about it.

use std::{io, path::PathBuf};

/// Why there is no PostgreSQL.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No usable binaries on the machine, and none could be downloaded.
    #[error(
        "PostgreSQL {wanted} is not installed and could not be downloaded ({reason}): install it with `apt-get install postgresql` or `brew install postgresql@17`, or set LOCALPG_BIN to the folder that holds initdb and postgres"
    )]
    Missing {
        /// The version asked for, in words.
        wanted: String,
        /// Why the download failed.
        reason: String,
    },
    /// `LOCALPG_BIN` names a folder that cannot be used.
    #[error("LOCALPG_BIN={folder}: {reason}", folder = .folder.display())]
    Folder {
        /// The folder as given.
        folder: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// We are root and there is no account to step down to.
    #[error(
        "PostgreSQL refuses to run as root and there is no account `postgres` or `nobody` to run it as: run as an ordinary user"
    )]
    NoAccount,
    /// We are root and no folder was found that the unprivileged account can use.
    #[error("account `{account}`, which PostgreSQL runs as, can use none of {tried}: give a data folder that it can enter")]
    NoFolder {
        /// The account's name.
        account: String,
        /// The folders that were tried.
        tried: String,
    },
    /// Another process runs a server on the cluster.
    #[error("{path} is in use by another process{owner}: stop that one first, or choose another data folder", path = .path.display())]
    InUse {
        /// The cluster.
        path: PathBuf,
        /// ` (pid n)` when known, else empty.
        owner: String,
    },
    /// A server on the cluster did not stop.
    #[error("PostgreSQL (pid {pid}) still runs on {path} and does not stop: stop it by hand", path = .path.display())]
    StillRunning {
        /// The postmaster's process id.
        pid: i32,
        /// The cluster.
        path: PathBuf,
    },
    /// The cluster was made by another major version.
    #[error(
        "{path} was made by PostgreSQL {cluster}, but the binaries found are PostgreSQL {binaries}: install PostgreSQL {cluster}, or start over with an empty cluster (--reset)",
        path = .path.display()
    )]
    Version {
        /// The cluster.
        path: PathBuf,
        /// Major version in its `PG_VERSION`.
        cluster: u64,
        /// Major version of the binaries.
        binaries: u64,
    },
    /// The cluster exists but the file with its password does not.
    #[error("{path}, which holds the password of the cluster beside it, is missing: restore it, or start over with an empty cluster (--reset)", path = .path.display())]
    PasswordLost {
        /// The password file.
        path: PathBuf,
    },
    /// The cluster belongs to another user.
    #[error("{path} belongs to user id {owner}, not to you: run as that user, or choose another data folder", path = .path.display())]
    Foreign {
        /// The cluster.
        path: PathBuf,
        /// Its owner's user id.
        owner: u32,
    },
    /// The folder holds something that is not a cluster.
    #[error("{path} is not empty and is not a PostgreSQL cluster: choose another data folder", path = .path.display())]
    NotACluster {
        /// The folder.
        path: PathBuf,
    },
    /// `initdb` failed.
    #[error("initdb could not make a cluster:\n{log}")]
    Initdb {
        /// The last lines it printed.
        log: String,
    },
    /// The server ended while starting.
    #[error("PostgreSQL ended while starting:\n{log}")]
    Start {
        /// The last lines of its log.
        log: String,
    },
    /// The server did not answer in time.
    #[error("PostgreSQL did not accept connections within {seconds} s:\n{log}")]
    NotReady {
        /// How long we waited.
        seconds: u64,
        /// The last lines of its log.
        log: String,
    },
    /// A file or process operation failed.
    #[error("cannot {act} {path}: {source}", path = .path.display())]
    Io {
        /// What was tried, as a verb.
        act: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

/// Names the act and the path on the way from [`io::Error`] to [`Error`].
pub(crate) trait At<T> {
    /// `act` is a verb that reads well before `path`.
    fn at(self, act: &'static str, path: impl Into<PathBuf>) -> Result<T, Error>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, act: &'static str, path: impl Into<PathBuf>) -> Result<T, Error> {
        self.map_err(|source| Error::Io { act, path: path.into(), source })
    }
}
