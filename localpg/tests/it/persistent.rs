//! The server of `dev`: its data outlives it, and nothing a crash leaves blocks the next start.

use std::{fs, path::Path};

use localpg::{Binaries, Error, Options, Server, remove_cluster};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use secrecy::ExposeSecret;
use sqlx::{Connection, Executor, PgConnection};

use crate::{
    account,
    owner::Owner,
    support::{binaries, cluster, connect, connect_to, data_dir, eventually, postmaster, processes_of},
};

async fn start(path: &Path) -> Result<Server, Error> {
    let binaries = Binaries::locate_for(path).await?;
    Server::start(&binaries, Options { cluster_dir: path.to_owned(), ephemeral: false }).await
}

async fn write(connection: &mut PgConnection, text: &str) {
    connection.execute("CREATE TABLE IF NOT EXISTS notes (text text)").await.expect("a table");
    sqlx::query("INSERT INTO notes VALUES ($1)").bind(text).execute(connection).await.expect("a row");
}

async fn notes(server: &Server) -> Vec<String> {
    let mut connection = connect(server).await;
    let found = sqlx::query_scalar("SELECT text FROM notes ORDER BY text").fetch_all(&mut connection).await;
    connection.close().await.expect("close");
    found.expect("the table")
}

#[tokio::test]
async fn data_survives_stop_kill_9_and_restart() {
    let folder = data_dir();
    let path = cluster(&folder);
    let server = start(&path).await.expect("the first start");
    write(&mut connect(&server).await, "a: before the stop").await;
    let first_password = server.url("x").expose_secret().split('@').next().map(str::to_owned);
    server.stop().await.expect("stop");
    assert_eq!(processes_of(folder.path()), Vec::<String>::new());

    let owner = Owner::of(&path);
    write(&mut connect_to(&owner.url).await, "b: before the kill").await;
    owner.kill();

    // At once: the guardian may not even have noticed.
    let server = start(&path).await.expect("a start after kill -9");
    assert_eq!(notes(&server).await, ["a: before the stop", "b: before the kill"]);
    assert_eq!(server.url("x").expose_secret().split('@').next().map(str::to_owned), first_password);
    server.stop().await.expect("stop");
    assert_eq!(processes_of(folder.path()), Vec::<String>::new());
}

#[tokio::test]
async fn kill_9_of_the_owner_ends_the_server_but_keeps_the_data() {
    let folder = data_dir();
    let owner = Owner::of(&cluster(&folder));
    let data = owner.kill();
    eventually("processes ended", || processes_of(&data).is_empty()).await;
    assert!(data.join("PG_VERSION").exists());
    assert!(!data.join("postmaster.pid").exists(), "it was shut down, not killed");
}

#[tokio::test]
async fn a_second_start_says_who_uses_it() {
    let folder = data_dir();
    let path = cluster(&folder);
    let server = start(&path).await.expect("the first");
    let refused = start(&path).await.expect_err("the second");
    assert!(matches!(refused, Error::InUse { .. }), "{refused}");
    let line = refused.to_string();
    assert!(line.contains(&format!("(pid {})", std::process::id())), "{line}");
    assert!(matches!(remove_cluster(&path).await, Err(Error::InUse { .. })));
    assert!(!line.contains('\n'), "{line}");
    connect(&server).await.ping().await.expect("the first is unharmed");
    server.stop().await.expect("stop");
}

#[tokio::test]
async fn a_server_without_owner_and_guardian_is_replaced() {
    let folder = data_dir();
    let path = cluster(&folder);
    start(&path).await.expect("the first").stop().await.expect("stop");
    // What is left when everything but the server is killed.
    let mut bare = account::postgres_on(&binaries().await, &path);
    eventually("server runs", || path.join("postmaster.pid").exists()).await;
    let server = start(&path).await.expect("a start beside an orphan");
    bare.wait().expect("the orphan has ended");
    connect(&server).await.ping().await.expect("the new one serves");
    server.stop().await.expect("stop");
}

#[tokio::test]
async fn a_crash_of_the_server_does_not_block_the_next_start() {
    let folder = data_dir();
    let path = cluster(&folder);
    let server = start(&path).await.expect("the first");
    write(&mut connect(&server).await, "kept").await;
    kill(Pid::from_raw(postmaster(&path)), Signal::SIGKILL).expect("the server dies");
    server.stop().await.expect("stop of a dead server");
    let server = start(&path).await.expect("a start after the crash");
    assert_eq!(notes(&server).await, ["kept"]);
    server.stop().await.expect("stop");
}

#[tokio::test]
async fn a_pid_file_that_names_another_process_does_not_block_the_next_start() {
    let folder = data_dir();
    let path = cluster(&folder);
    start(&path).await.expect("the first").stop().await.expect("stop");
    // As PostgreSQL's account: it takes a process of another user for a dead one by itself.
    let mut stranger = account::sleeper();
    let text = format!("{}\n{}\n1\n5432\n\n127.0.0.1\n 0 0\nready\n", stranger.id(), path.display());
    account::write_as_owner(&path.join("postmaster.pid"), &text);
    let server = start(&path).await.expect("a start in spite of it");
    assert!(stranger.try_wait().expect("its state").is_none(), "the stranger was harmed");
    stranger.kill().expect("kill");
    stranger.wait().expect("its end");
    server.stop().await.expect("stop");
}

#[tokio::test]
async fn a_half_made_cluster_does_not_block_the_next_start() {
    let folder = data_dir();
    let path = cluster(&folder);
    let mut owner = Owner::launch(path.to_str().expect("a plain path"), None);
    eventually("initdb runs", || processes_of(&path).iter().any(|line| line.contains("initdb "))).await;
    owner.kill().expect("kill");
    owner.wait().expect("its end");
    assert!(!path.exists(), "half a cluster in place");
    let server = start(&path).await.expect("a start after it");
    connect(&server).await.ping().await.expect("it serves");
    server.stop().await.expect("stop");
    let mut left: Vec<_> = fs::read_dir(folder.path()).expect("it").flatten().map(|entry| entry.file_name()).collect();
    left.sort();
    assert_eq!(left, ["postgres", "postgres.lock", "postgres.password"]);
}

#[tokio::test]
async fn a_cluster_of_another_version_is_named_with_both_versions() {
    let folder = data_dir();
    let path = cluster(&folder);
    start(&path).await.expect("the first").stop().await.expect("stop");
    fs::write(path.join("PG_VERSION"), "12\n").expect("an older cluster");
    let found = binaries().await;
    let options = Options { cluster_dir: path.clone(), ephemeral: false };
    let line = Server::start(&found, options).await.expect_err("another version").to_string();
    assert!(line.contains("made by PostgreSQL 12"), "{line}");
    assert!(line.contains(&format!("found are PostgreSQL {}", found.major())), "{line}");
    assert!(!line.contains('\n'), "{line}");
}

#[tokio::test]
async fn a_lost_password_is_said_and_reset_helps() {
    let folder = data_dir();
    let path = cluster(&folder);
    start(&path).await.expect("the first").stop().await.expect("stop");
    fs::remove_file(folder.path().join("postgres.password")).expect("the file");
    let refused = start(&path).await.expect_err("no password");
    assert!(matches!(refused, Error::PasswordLost { .. }), "{refused}");
    remove_cluster(&path).await.expect("reset");
    assert!(!path.exists());
    start(&path).await.expect("a new one").stop().await.expect("stop");
}

#[tokio::test]
async fn a_failed_start_shows_the_log() {
    let folder = data_dir();
    let path = cluster(&folder);
    start(&path).await.expect("the first").stop().await.expect("stop");
    account::write_as_owner(&path.join("postgresql.auto.conf"), "work_mem = 'much'\n");
    let refused = start(&path).await.expect_err("a bad setting");
    assert!(refused.to_string().contains("work_mem"), "{refused}");
    assert_eq!(processes_of(folder.path()), Vec::<String>::new());
}

#[tokio::test]
async fn reset_leaves_alone_what_is_no_cluster() {
    let folder = data_dir();
    let path = cluster(&folder);
    fs::create_dir(&path).expect("a folder");
    fs::write(path.join("letter"), "dear").expect("a file");
    assert!(matches!(remove_cluster(&path).await, Err(Error::NotACluster { .. })));
    assert!(matches!(start(&path).await, Err(Error::NotACluster { .. })));
    assert!(path.join("letter").exists());
    let mut left: Vec<_> = fs::read_dir(folder.path()).expect("it").flatten().map(|entry| entry.file_name()).collect();
    left.sort();
    assert_eq!(left, ["postgres", "postgres.lock"], "the attempt left something");
}
