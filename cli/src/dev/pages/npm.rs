//! npm as a child process that ends when we do.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::Command;
use tokio::time::timeout;

/// How to call it.
#[derive(Debug)]
pub(super) struct Npm {
    program: OsString,
    limit: Duration,
}

impl Npm {
    pub(super) fn new(program: impl Into<OsString>, limit: Duration) -> Npm {
        Npm { program: program.into(), limit }
    }

    pub(super) async fn is_there(&self) -> bool {
        self.output(Path::new("."), &["--version"]).await.is_ok_and(|output| output.status.success())
    }

    /// Runs it in a folder.
    ///
    /// # Errors
    /// How it ended if not well, with the last line that it wrote.
    pub(super) async fn run(&self, folder: &Path, arguments: &[&str]) -> Result<(), String> {
        let step =
            format!("npm {}", arguments.iter().filter(|word| !word.starts_with('-')).copied().collect::<Vec<_>>().join(" "));
        match self.output(folder, arguments).await {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => Err(format!("`{step}` failed: {}", last_line(&output))),
            Err(error) => Err(format!("`{step}`: {error}")),
        }
    }

    async fn output(&self, folder: &Path, arguments: &[&str]) -> io::Result<Output> {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own: npm starts others, and they have to end with it.
        let child = command.process_group(0).kill_on_drop(true).spawn()?;
        let group = Group(child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw));
        let output = timeout(self.limit, child.wait_with_output()).await;
        match output {
            Ok(Ok(output)) => {
                group.ended();
                Ok(output)
            }
            Ok(Err(error)) => Err(error),
            Err(_) => Err(io::Error::other(format!("took longer than {} s", self.limit.as_secs()))),
        }
    }
}

/// Kills the group when dropped, unless it has ended.
struct Group(Option<Pid>);

impl Group {
    fn ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Gone is as good.
            let _ = killpg(group, Signal::SIGKILL);
        }
    }
}

/// What npm says last is usually where its log is; before that, why.
fn last_line(output: &Output) -> String {
    let said = [&output.stderr, &output.stdout].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let lines = said.iter().flat_map(|text| text.lines().rev()).map(str::trim);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.contains("complete log of this run"));
    lines.next().map_or_else(|| output.status.to_string(), |line| line.chars().take(200).collect())
}
