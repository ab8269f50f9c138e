//! A process that owns a server, to be killed: this test binary, run again for one test that does nothing
//! in an ordinary run.

use std::{
    env,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use localpg::{Binaries, Options, Server};
use secrecy::ExposeSecret;

const ROLE: &str = "LOCALPG_TEST_OWNER";
const EPHEMERAL: &str = "ephemeral";

/// A running owner. It is killed when dropped.
pub(crate) struct Owner {
    process: Child,
    /// The data folder of its server.
    pub(crate) data: PathBuf,
    pub(crate) url: String,
}

impl Owner {
    /// An owner of an ephemeral server.
    pub(crate) fn ephemeral() -> Owner {
        Owner::run(EPHEMERAL)
    }

    /// An owner of the persistent cluster at `path`.
    pub(crate) fn of(path: &Path) -> Owner {
        Owner::run(path.to_str().expect("a plain path"))
    }

    /// Starts the process without waiting for its server.
    pub(crate) fn launch(role: &str, temp: Option<&Path>) -> Child {
        let mut command = Command::new(env::current_exe().expect("our own path"));
        command.args(["--exact", "owner::owns_a_server", "--nocapture"]).env(ROLE, role);
        if let Some(temp) = temp {
            command.env("TMPDIR", temp);
        }
        command.stdout(Stdio::piped()).spawn().expect("a second run of this binary")
    }

    fn run(role: &str) -> Owner {
        let mut process = Owner::launch(role, None);
        let output = process.stdout.take().expect("its output");
        let line = BufReader::new(output)
            .lines()
            .map(|line| line.expect("a line"))
            .find_map(|line| line.split_once("owner ready ").map(|(_, rest)| rest.to_owned()))
            .expect("the owner ended early");
        let (url, data) = line.split_once(' ').expect("two words");
        Owner { process, data: data.into(), url: url.to_owned() }
    }

    /// kill -9.
    pub(crate) fn kill(mut self) -> PathBuf {
        self.process.kill().expect("kill");
        self.process.wait().expect("its end");
        self.data.clone()
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The body of the second run.
#[tokio::test]
async fn owns_a_server() {
    let Ok(role) = env::var(ROLE) else {
        return;
    };
    let binaries = Binaries::locate().await.expect("PostgreSQL");
    let server = match role.as_str() {
        EPHEMERAL => Server::start_ephemeral(&binaries).await,
        path => Server::start(&binaries, Options { cluster_dir: path.into(), ephemeral: false }).await,
    };
    let server = server.expect("a server");
    println!("owner ready {} {}", server.url("postgres").expose_secret(), server.cluster_dir().display());
    std::future::pending::<()>().await;
}
