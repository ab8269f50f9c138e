//! A running `ctap dev`, and the requests a person makes.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::home::Home;

/// What of the environment reaches `ctap`: none of its own variables, and no proxy.
const KEPT: [&str; 7] = ["LOCALPG_BIN", "DYLD_LIBRARY_PATH", "HOME", "LD_LIBRARY_PATH", "LLVM_PROFILE_FILE", "PATH", "TMPDIR"];

/// Generous: two cores may be at work for others.
const DEADLINE: Duration = Duration::from_secs(120);

/// Where `ctap` is: told at run time when the tests were copied to another folder after they were built.
fn binary() -> OsString {
    std::env::var_os("CARGO_BIN_EXE_ctap").unwrap_or_else(|| env!("CARGO_BIN_EXE_ctap").into())
}

/// `ctap` with arguments and a bare environment.
pub(crate) fn ctap<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let kept = KEPT.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let mut command = Command::new(binary());
    command.args(arguments).env_clear().envs(kept).stdin(Stdio::null());
    command
}

/// Runs `ctap` to its end.
pub(crate) fn output(mut command: Command) -> Output {
    command.output().expect("ctap runs")
}

/// The only line on stderr of a command that refused, which ended with `code` and printed nothing else.
pub(crate) fn refusal(output: &Output, code: i32) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert_eq!((said.lines().count(), output.stdout.len()), (1, 0), "{said}");
    said.trim_end().to_owned()
}

type Lines = Arc<Mutex<Vec<String>>>;

/// A `ctap dev` that is killed when dropped.
pub(crate) struct Dev {
    process: Child,
    stdout: Lines,
    stderr: Lines,
}

impl Dev {
    /// Starts it on `home` with any free port.
    pub(crate) fn spawn(home: &Home) -> Dev {
        Dev::spawn_with(home, &["--port", "0"], &[])
    }

    /// Starts it with these flags and variables. It does not call npm.
    pub(crate) fn spawn_with(home: &Home, flags: &[&str], variables: &[(&str, OsString)]) -> Dev {
        let mut command = ctap(["dev"]);
        command.arg("--no-web").args(flags).arg("--data-dir").arg(home.data_dir()).envs(variables.iter().cloned());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("ctap runs");
        let stdout = follow(process.stdout.take().expect("piped"));
        let stderr = follow(process.stderr.take().expect("piped"));
        Dev { process, stdout, stderr }
    }

    /// Starts it and waits until it says that it is ready.
    pub(crate) async fn start(home: &Home) -> Dev {
        let mut dev = Dev::spawn(home);
        dev.ready().await;
        dev
    }

    /// Waits for the last line of what it prints when all runs.
    pub(crate) async fn ready(&mut self) {
        testkit::until_within(DEADLINE, "dev is ready", async || {
            let ended = self.process.try_wait().expect("its state");
            assert!(ended.is_none(), "dev ended: {ended:?}\n{}", self.said().join("\n"));
            lines(&self.stdout).iter().any(|line| line.starts_with("Stop with Ctrl-C")).then_some(())
        })
        .await;
    }

    /// What it printed.
    pub(crate) fn printed(&self) -> Vec<String> {
        lines(&self.stdout)
    }

    /// What it said on stderr.
    pub(crate) fn said(&self) -> Vec<String> {
        lines(&self.stderr)
    }

    /// Waits until a line of stderr begins so.
    pub(crate) async fn says(&self, beginning: &str) {
        let said = async || self.said().iter().any(|line| line.starts_with(beginning)).then_some(());
        testkit::until_within(DEADLINE, beginning, said).await;
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.pid()).expect("a pid")), signal).expect("it is there");
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        testkit::until_within(DEADLINE, "dev ends", async || self.process.try_wait().expect("its state")).await
    }

    /// Ctrl-C, and its end: code 0.
    pub(crate) async fn stop(mut self) {
        self.signal(Signal::SIGINT);
        let status = self.ended().await;
        assert_eq!(status.code(), Some(0), "{}", self.said().join("\n"));
    }

    /// kill -9.
    pub(crate) async fn kill(mut self) {
        self.signal(Signal::SIGKILL);
        self.ended().await;
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn follow(stream: impl Read + Send + 'static) -> Lines {
    let lines = Lines::default();
    let written = Arc::clone(&lines);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            written.lock().expect("no panic").push(line);
        }
    });
    lines
}

fn lines(lines: &Lines) -> Vec<String> {
    lines.lock().expect("no panic").clone()
}

/// A client with what `dev.json` says.
pub(crate) struct Api {
    client: Client,
    pub(crate) state: Value,
}

impl Api {
    pub(crate) fn of(home: &Home) -> Api {
        let text = std::fs::read_to_string(home.dev_json()).expect("dev.json");
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().expect("a client");
        Api { client, state: serde_json::from_str(&text).expect("JSON") }
    }

    /// A value of `dev.json`.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.state[name].as_str().expect(name)
    }

    pub(crate) fn request(&self, method: Method, path: &str, key: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.text("url"))).bearer_auth(key)
    }

    /// Submits a task; its id.
    pub(crate) async fn submit(&self, kind: &str, payload: Value) -> String {
        let body = json!({ "kind": kind, "payload": payload });
        let sent = self.request(Method::POST, "/v1/tasks", self.text("api_key")).json(&body).send().await.expect("an answer");
        assert_eq!(sent.status(), StatusCode::ACCEPTED);
        let task: Value = sent.json().await.expect("JSON");
        task["id"].as_str().expect("an id").to_owned()
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        let answer = self.request(Method::GET, path, self.text("api_key")).send().await.expect("an answer");
        (answer.status(), answer.json().await.expect("JSON"))
    }

    /// Waits until the task has that status.
    pub(crate) async fn reaches(&self, id: &str, status: &str) -> Value {
        testkit::until(&format!("the task is {status}"), async || {
            let (code, task) = self.get(&format!("/v1/tasks/{id}")).await;
            assert_eq!(code, StatusCode::OK, "{task}");
            (task["status"] == status).then_some(task)
        })
        .await
    }

    /// Its trail.
    pub(crate) async fn trail(&self, id: &str) -> Vec<Value> {
        let (code, page) = self.get(&format!("/v1/tasks/{id}/audit")).await;
        assert_eq!(code, StatusCode::OK, "{page}");
        page["items"].as_array().expect("a list").clone()
    }
}
