//! Folders, processes and queries for the tests.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use localpg::{Binaries, Error, Options, Server};
use secrecy::ExposeSecret;
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

/// A data folder that the account PostgreSQL steps down to can enter.
pub(crate) fn data_dir() -> TempDir {
    let folder = tempfile::tempdir_in("/tmp").expect("a temporary folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("chmod");
    folder
}

/// Where a data folder's cluster goes, as `dev` asks for it.
pub(crate) fn cluster(data_dir: &TempDir) -> PathBuf {
    let home = localpg::cluster_home(data_dir.path()).expect("a place for the cluster");
    assert_eq!(home.moved_because, None, "{home:?}");
    home.path
}

pub(crate) async fn binaries() -> Binaries {
    Binaries::locate().await.expect("PostgreSQL")
}

pub(crate) async fn connect(server: &Server) -> PgConnection {
    connect_to(server.url("postgres").expose_secret()).await
}

pub(crate) async fn connect_to(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("a connection")
}

/// A server on the persistent cluster at `path`, as `dev` starts it.
pub(crate) async fn start(path: &Path) -> Result<Server, Error> {
    let binaries = Binaries::locate_for(path).await?;
    Server::start(&binaries, Options { cluster_dir: path.to_owned(), ephemeral: false }).await
}

pub(crate) async fn write(connection: &mut PgConnection, text: &str) {
    connection.execute("CREATE TABLE IF NOT EXISTS notes (text text)").await.expect("a table");
    sqlx::query("INSERT INTO notes VALUES ($1)").bind(text).execute(connection).await.expect("a row");
}

pub(crate) async fn notes(server: &Server) -> Vec<String> {
    let mut connection = connect(server).await;
    let found = sqlx::query_scalar("SELECT text FROM notes ORDER BY text").fetch_all(&mut connection).await;
    connection.close().await.expect("close");
    found.expect("the table")
}

pub(crate) async fn value(connection: &mut PgConnection, setting: &str) -> String {
    sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(connection).await.expect("a setting")
}

/// The postmaster that runs on `data`.
pub(crate) fn postmaster(data: &Path) -> i32 {
    let text = fs::read_to_string(data.join("postmaster.pid")).expect("postmaster.pid");
    text.lines().next().expect("a line").trim().parse().expect("a pid")
}

/// Every process that was started with `folder` in an argument: PostgreSQL, its guardian, initdb.
pub(crate) fn processes_of(folder: &Path) -> Vec<String> {
    let output = match fs::read_dir("/proc/self") {
        Ok(_) => fs::read_dir("/proc")
            .expect("/proc")
            .flatten()
            .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
            .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
            .collect(),
        Err(_) => {
            let ps = std::process::Command::new("ps").args(["-axww", "-o", "command="]).output().expect("ps");
            String::from_utf8_lossy(&ps.stdout).lines().map(str::to_owned).collect::<Vec<_>>()
        }
    };
    let folder = folder.to_str().expect("a plain path");
    output.into_iter().filter(|line| line.contains(folder)).collect()
}

/// Polls until `done`, for at most 30 s.
pub(crate) async fn eventually(what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < deadline, "not within 30 s: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}
