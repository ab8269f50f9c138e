//! With an npm of our own making, in a folder that looks like `web/`.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{Instant, SystemTime};

use tempfile::TempDir;

use super::*;

/// Notes how it was called, and does what npm does.
const WORKS: &str = "case $1 in ci) mkdir -p node_modules; echo {} >node_modules/.package-lock.json;; \
                     run) mkdir -p dist/graphiql; echo page >dist/graphiql/index.html.gz;; esac";

struct Web(TempDir);

impl Web {
    fn new() -> Web {
        let web = Web(tempfile::tempdir().unwrap());
        for folder in ["dist", "graphiql/operations"] {
            fs::create_dir_all(web.path().join(folder)).unwrap();
        }
        for file in ["package-lock.json", "package.json", "graphiql/operations/a.graphql"] {
            web.write(file, Duration::from_secs(60));
        }
        web
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, file: &str, age: Duration) {
        let file = File::create(self.path().join(file)).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }

    fn npm(&self, does: &str) -> PathBuf {
        let path = self.path().join("npm");
        fs::write(&path, format!("#!/bin/sh\n[ \"$1\" = --version ] && exit 0\necho \"$1\" >>calls\n{does}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn calls(&self) -> String {
        fs::read_to_string(self.path().join("calls")).unwrap_or_default().replace('\n', " ")
    }

    async fn try_build(&self, does: &str, limit: Duration) -> Result<(), String> {
        try_build(self.path(), Npm::new(self.npm(does), limit)).await
    }
}

#[tokio::test]
async fn they_are_built_once_and_again_when_a_source_changed() {
    let web = Web::new();
    let npm = web.npm(WORKS);
    let build = async || build_in(web.path(), Npm::new(&npm, LIMIT)).await;
    build().await;
    build().await;
    assert_eq!(web.calls(), "ci run ");
    web.write("dist/graphiql/index.html.gz", Duration::from_secs(30));
    web.write("graphiql/operations/a.graphql", Duration::from_secs(20));
    build().await;
    assert_eq!(web.calls(), "ci run run ");
    // Other packages: as after a pull.
    web.write("node_modules/.package-lock.json", Duration::from_secs(30));
    web.write("dist/graphiql/index.html.gz", Duration::from_secs(30));
    web.write("package-lock.json", Duration::from_secs(20));
    build().await;
    assert_eq!(web.calls(), "ci run run ci run ");
}

#[tokio::test]
async fn a_machine_without_npm_or_without_the_sources_is_no_obstacle() {
    let web = Web::new();
    let none = Npm::new(web.path().join("none"), LIMIT);
    assert_eq!(try_build(web.path(), none).await, Err("there is no npm".into()));
    let elsewhere = tempfile::tempdir().unwrap();
    build_in(elsewhere.path(), Npm::new(web.npm(WORKS), LIMIT)).await;
    assert_eq!((web.calls(), fs::read_dir(elsewhere.path()).unwrap().count()), (String::new(), 0));
}

#[tokio::test]
async fn what_npm_cannot_do_is_said_in_its_words() {
    let web = Web::new();
    let fails = "echo 'npm error network is down' >&2; echo 'npm error A complete log of this run can be found in x' >&2; exit 1";
    let said = web.try_build(fails, LIMIT).await.unwrap_err();
    assert_eq!(said, "`npm ci` failed: npm error network is down");
    assert_eq!(web.calls(), "ci ");
}

#[tokio::test]
async fn an_npm_that_hangs_is_ended_with_all_it_started() {
    let web = Web::new();
    let begun = Instant::now();
    // The second process holds the pipe open, as one of npm's own would.
    let said = web.try_build("sleep 600 & echo $! >pid; wait", Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(said, "`npm ci`: took longer than 1 s");
    assert!(begun.elapsed() < Duration::from_secs(60));
    let pid = fs::read_to_string(web.path().join("pid")).unwrap();
    testkit::until("its child is gone", async || is_gone(pid.trim()).then_some(())).await;
}

/// Ended; nobody may have asked yet how.
fn is_gone(pid: &str) -> bool {
    let stat = std::process::Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap();
    let state = String::from_utf8_lossy(&stat.stdout).trim().to_owned();
    state.is_empty() || state.starts_with('Z')
}

#[tokio::test]
async fn two_at_once_do_not_get_in_each_others_way() {
    let web = Web::new();
    let _other = Lock::take(&web.path().join("dist/.lock"), web.path()).unwrap();
    let said = web.try_build(WORKS, LIMIT).await.unwrap_err();
    assert!(said.contains("in use"), "{said}");
    assert_eq!(web.calls(), "");
}
