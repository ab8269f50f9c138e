//! Waiting until a server takes connections.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};
use tokio::time::{sleep, timeout};

use crate::{Error, guardian::Guardian};

/// Recovery after a kill -9 counts too. A server that fails ends early, so the wait is rarely felt.
const READY_SECONDS: u64 = 60;

/// One attempt to connect; a stranger that took the port may never answer.
const ATTEMPT: Duration = Duration::from_secs(3);

/// How much of a log an error shows.
const TAIL_LINES: usize = 12;
const TAIL_BYTES: u64 = 16 * 1024;

/// Waits until a real connection to the server on `port` succeeds. Only our own server knows the
/// password, so a stranger on the port cannot pass for it.
pub(crate) async fn wait(guardian: &Guardian, port: u16, password: &SecretString, log: &Path) -> Result<(), Error> {
    let options = PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(port)
        .username("postgres")
        .password(password.expose_secret())
        .database("postgres")
        .ssl_mode(PgSslMode::Disable);
    tokio::select! {
        _ = guardian.ended() => Err(Error::Start { log: tail(log) }),
        answered = timeout(Duration::from_secs(READY_SECONDS), connect(&options)) => answered.map_err(|_| Error::NotReady {
            seconds: READY_SECONDS,
            log: tail(log),
        }),
    }
}

/// Refused, starting up, another server's port: all the same, try again.
async fn connect(options: &PgConnectOptions) {
    loop {
        if let Ok(Ok(connection)) = timeout(ATTEMPT, PgConnection::connect_with(options)).await {
            // It answered, that is all that was asked; a failed goodbye changes nothing.
            let _ = connection.close().await;
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// The last lines of a log, for an error.
pub(crate) fn tail(log: &Path) -> String {
    let mut bytes = Vec::new();
    // A log that cannot be read is shown as such; the error it was wanted for matters more.
    let _ = File::open(log).and_then(|mut file| {
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
        file.read_to_end(&mut bytes)
    });
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    match lines.len() {
        0 => format!("(nothing in {})", log.display()),
        count => lines[count.saturating_sub(TAIL_LINES)..].join("\n"),
    }
}
