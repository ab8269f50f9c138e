//! Starting a server until it runs.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::SecretString;
use tokio::time::sleep;

use crate::{
    Binaries, Error,
    account::Account,
    error::At,
    guardian::{Charge, Guardian},
    ready, settings,
};

/// Starts that failed for a reason that passes are repeated this often.
const ATTEMPTS: u32 = 10;

/// What PostgreSQL says when it lost the race for its port, or when a server that was killed a moment ago
/// is not quite gone.
const PASSING: [&str; 3] = ["Address already in use", "pre-existing shared memory block", "lock file \"postmaster.pid\""];

/// The start of a server on a cluster that exists.
pub(crate) struct Launch<'a> {
    pub(crate) binaries: &'a Binaries,
    pub(crate) account: Option<&'a Account>,
    pub(crate) data: &'a Path,
    /// The folder of an ephemeral cluster.
    pub(crate) remove: Option<&'a Path>,
}

impl Launch<'_> {
    /// Starts until it runs. `earlier` guards an ephemeral folder and is released once another guardian does.
    pub(crate) async fn run(&self, password: &SecretString, mut earlier: Option<Guardian>) -> Result<(Guardian, u16), Error> {
        let mut attempt = 1;
        loop {
            let port = free_port()?;
            let guardian = Guardian::spawn(self.account, &self.charge(port))?;
            if let Some(earlier) = earlier.take() {
                earlier.release().await;
            }
            match ready::wait(&guardian, port, password, &self.log()).await {
                Ok(()) => return Ok((guardian, port)),
                Err(Error::Start { log }) if attempt < ATTEMPTS && PASSING.iter().any(|text| log.contains(text)) => {
                    tracing::debug!(attempt, %log, "starting PostgreSQL again");
                    attempt += 1;
                    earlier = Some(guardian);
                    sleep(Duration::from_millis(200)).await;
                }
                Err(error) => {
                    guardian.stop().await;
                    return Err(error);
                }
            }
        }
    }

    fn charge(&self, port: u16) -> Charge {
        let ephemeral = self.remove.is_some();
        Charge {
            log: self.log(),
            signal: if ephemeral { "QUIT" } else { "INT" },
            remove: self.remove.map(Path::to_owned),
            command: settings::command_line(&self.binaries.program("postgres"), self.data, port, ephemeral),
        }
    }

    fn log(&self) -> PathBuf {
        self.data.join("server.log")
    }
}

/// A port that is free now. Another process may take it before PostgreSQL does; then it is tried again.
fn free_port() -> Result<u16, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .at("find a free port on", "127.0.0.1")
}
