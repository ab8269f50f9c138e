//! The guardian: a small shell script between us and PostgreSQL that survives our kill -9.

use std::{
    ffi::{OsStr, OsString},
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Stdio},
    thread,
    time::Duration,
};

use tokio::{sync::watch, time::timeout};

use crate::{Error, account::Account, command, error::At};

const SCRIPT: &str = include_str!("guardian.sh");

/// Longer than the script's own patience with a server that shuts down slowly.
const STOP_LIMIT: Duration = Duration::from_secs(40);

/// What a guardian looks after.
pub(crate) struct Charge {
    /// Where the command's output goes; an older file is kept once.
    pub(crate) log: PathBuf,
    /// Name of the signal that stops the command.
    pub(crate) signal: &'static str,
    /// The folder to remove when the owner stops or dies.
    pub(crate) remove: Option<PathBuf>,
    /// Program and arguments.
    pub(crate) command: Vec<OsString>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    /// The command ended, with this status if the guardian could still say.
    Ended(Option<i32>),
    /// The guardian itself ended.
    Gone,
}

/// A running guardian. Dropping it closes the pipe, which stops what it guards.
#[derive(Debug)]
pub(crate) struct Guardian {
    /// The only write end: std opens pipes close-on-exec, so no other child of ours holds it.
    pipe: ChildStdin,
    state: watch::Receiver<State>,
}

impl Guardian {
    /// Starts `charge.command` as `account`, in a process group of its own so that Ctrl-C in the
    /// terminal does not reach it.
    pub(crate) fn spawn(account: Option<&Account>, charge: &Charge) -> Result<Guardian, Error> {
        let shell = Path::new("/bin/sh");
        let missing = || std::io::Error::other("a standard stream is missing");
        let mut child = command::new(shell, account)
            .args(["-c", SCRIPT, "guardian"])
            .arg(&charge.log)
            .arg(charge.signal)
            .arg(charge.remove.as_deref().map_or(OsStr::new(""), Path::as_os_str))
            .args(&charge.command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .at("run", shell)?;
        // Taken out before anyone waits: waiting on a child closes the input it still has.
        let pipe = child.stdin.take().ok_or_else(missing).at("talk to", shell)?;
        let answer = child.stdout.take().ok_or_else(missing).at("talk to", shell)?;
        let (sender, state) = watch::channel(State::Running);
        // A thread, not a task: a server may be shared by tests that each have their own runtime.
        thread::Builder::new()
            .name("postgres-guardian".to_owned())
            .spawn(move || follow(child, answer, &sender))
            .at("follow", shell)?;
        Ok(Guardian { pipe, state })
    }

    /// Waits until the command ends; its exit status, if the guardian lived to tell.
    pub(crate) async fn ended(&self) -> Option<i32> {
        let mut state = self.state.clone();
        match state.wait_for(|state| *state != State::Running).await.as_deref() {
            Ok(State::Ended(status)) => *status,
            _ => None,
        }
    }

    /// Lets go after the command has ended, without removing anything.
    pub(crate) async fn release(mut self) {
        // A guardian that is gone already needs no telling.
        let _ = self.pipe.write_all(b"keep\n");
        self.stop().await;
    }

    /// Closes the pipe and waits until command, folder and guardian are gone.
    pub(crate) async fn stop(self) {
        let Guardian { pipe, mut state } = self;
        drop(pipe);
        // An error means that the thread is gone, and it ends only after the guardian. On a timeout the
        // caller finds out by itself whether a server is left.
        let _ = timeout(STOP_LIMIT, state.wait_for(|state| *state == State::Gone)).await;
    }
}

/// Passes on what happens, and collects the child so that no zombie stays.
fn follow(mut child: Child, answer: ChildStdout, state: &watch::Sender<State>) {
    let mut line = String::new();
    // Unreadable and empty are the same: the guardian ended without an answer.
    let _ = BufReader::new(answer).read_line(&mut line);
    state.send_replace(State::Ended(line.trim().parse().ok()));
    let _ = child.wait();
    state.send_replace(State::Gone);
}
