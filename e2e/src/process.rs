//! One of our binaries as a child process; killed when the test lets go of it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

/// A running binary and the log lines it wrote.
#[derive(Debug)]
pub struct Process {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    readers: [JoinHandle<()>; 2],
}

impl Process {
    /// Starts a binary with these variables and nothing else of our environment but `PATH` and `HOME`.
    #[must_use]
    pub fn start(name: &str, variables: &[(&str, impl AsRef<OsStr>)]) -> Self {
        let mut child = Command::new(crate::binaries::path(name))
            .env_clear()
            .envs(std::env::vars().filter(|(name, _)| name == "PATH" || name == "HOME"))
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .env("LOG_FORMAT", "json")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let readers =
            [read(child.stdout.take().unwrap(), Arc::clone(&lines)), read(child.stderr.take().unwrap(), Arc::clone(&lines))];
        Self { child, lines, readers }
    }

    /// The process's id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the line in which the process says where it listens.
    pub async fn address(&mut self) -> String {
        testkit::until("the process says where it listens", async || {
            assert!(self.child.try_wait().unwrap().is_none(), "it ended instead:\n{}", self.log());
            self.records().iter().find(|r| r["message"] == "listening").map(|r| r["address"].as_str().unwrap().to_owned())
        })
        .await
    }

    /// Its log lines so far that are JSON.
    #[must_use]
    pub fn records(&self) -> Vec<Value> {
        self.lines.lock().unwrap().iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// All it wrote so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }

    /// All it wrote, once it ended: the pipes are read to their end by threads, which may be behind.
    pub async fn all(&mut self) -> String {
        self.ended().await;
        testkit::until("the pipes were read", async || self.readers.iter().all(JoinHandle::is_finished).then_some(())).await;
        self.log()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
    }

    /// Ends it without a chance to clean up.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends SIGTERM and waits: how it ended, and how long that took.
    pub async fn terminate(&mut self) -> (ExitStatus, Duration) {
        self.signal(Signal::SIGTERM);
        let sent = Instant::now();
        (self.ended().await, sent.elapsed())
    }

    /// Waits until it ends by itself.
    pub async fn ended(&mut self) -> ExitStatus {
        testkit::until("the process ends", async || self.child.try_wait().unwrap()).await
    }
}

/// Collects lines on a thread of its own, so that the child never waits for a full pipe.
fn read(pipe: impl std::io::Read + Send + 'static, into: Arc<Mutex<Vec<String>>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            into.lock().unwrap().push(line);
        }
    })
}

impl Drop for Process {
    fn drop(&mut self) {
        // A stopped process takes no other signal.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- log of process {} ---\n{}", self.child.id(), self.log());
        }
    }
}
