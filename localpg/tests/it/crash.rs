//! Nothing that a crash of anything leaves blocks the next start on a persistent cluster.

use std::fs;

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sqlx::Connection;

use crate::{
    account,
    owner::Owner,
    support::{binaries, cluster, connect, data_dir, eventually, notes, postmaster, processes_of, start, write},
};

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
