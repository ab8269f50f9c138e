//! A server that already runs on a cluster, left by an owner that was killed.

use std::{fs, path::Path, time::Duration};

use nix::sys::signal::Signal;
use tokio::time::{Instant, sleep};

use crate::{Error, error::At, process};

const PID_FILE: &str = "postmaster.pid";

/// How long each means is given: nothing (the guardian is at it), fast shutdown, immediate shutdown.
const MEANS: [(Option<Signal>, Duration); 3] = [
    (None, Duration::from_secs(5)),
    (Some(Signal::SIGINT), Duration::from_secs(15)),
    (Some(Signal::SIGQUIT), Duration::from_secs(10)),
];

/// Makes sure that no server runs on the cluster `data`. The caller holds the cluster's lock.
///
/// A file left by a dead server is PostgreSQL's own business, except that it takes any living process of
/// ours with the same id for that server (process ids start over in every container): then the file goes.
pub(crate) async fn clear(data: &Path) -> Result<(), Error> {
    let Some(pid) = running(data) else {
        return remove_misleading(data);
    };
    for (signal, patience) in MEANS {
        if let Some(signal) = signal {
            tracing::warn!(pid, %signal, "stopping a PostgreSQL that its owner left behind");
            process::send(pid, signal);
        }
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if running(data) != Some(pid) {
                return remove_misleading(data);
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
    Err(Error::StillRunning { pid, path: data.to_owned() })
}

/// The id of the postmaster that runs on `data`, if one does.
pub(crate) fn running(data: &Path) -> Option<i32> {
    recorded(data).filter(|pid| process::has_argument(*pid, data))
}

/// The first line of the pid file (a negative number marks a single-user server).
fn recorded(data: &Path) -> Option<i32> {
    let text = fs::read_to_string(data.join(PID_FILE)).ok()?;
    text.lines().next()?.trim().parse::<i32>().ok().map(i32::abs).filter(|pid| *pid > 1)
}

fn remove_misleading(data: &Path) -> Result<(), Error> {
    match recorded(data) {
        Some(pid) if process::is_alive(pid) && running(data).is_none() => {
            let file = data.join(PID_FILE);
            fs::remove_file(&file).at("remove", file)
        }
        _ => Ok(()),
    }
}
