//! The server of `dev`: its data outlives it, one owner at a time.

use std::fs;

use localpg::{Error, Options, Server, remove_cluster};
use secrecy::ExposeSecret;
use sqlx::Connection;

use crate::{
    account,
    owner::Owner,
    support::{binaries, cluster, connect, connect_to, data_dir, notes, processes_of, start, write},
};

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
