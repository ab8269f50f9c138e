//! The server of the tests: nothing of it may stay.

use std::{fs, path::Path};

use localpg::{Error, Options, Server};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sqlx::Connection;

use crate::{
    owner::Owner,
    support::{binaries, connect, connect_to, data_dir, eventually, postmaster, processes_of, value},
};

fn folder_of(data: &Path) -> &Path {
    data.parent().expect("the folder of the cluster")
}

async fn nothing_is_left(folder: &Path) {
    eventually("folder removed", || !folder.exists()).await;
    eventually("processes ended", || processes_of(folder).is_empty()).await;
}

#[tokio::test]
async fn stop_leaves_no_process_and_no_folder() {
    let server = Server::start_ephemeral(&binaries().await).await.expect("a server");
    let mut connection = connect(&server).await;
    assert_eq!(value(&mut connection, "timezone").await, "UTC");
    assert_eq!(value(&mut connection, "server_encoding").await, "UTF8");
    assert_eq!(value(&mut connection, "listen_addresses").await, "127.0.0.1");
    assert_eq!(value(&mut connection, "unix_socket_directories").await, "");
    assert_eq!(value(&mut connection, "max_connections").await, "200");
    assert_eq!(value(&mut connection, "synchronous_commit").await, "on");
    assert_eq!(value(&mut connection, "fsync").await, "off");
    connection.close().await.expect("close");
    let folder = folder_of(server.cluster_dir()).to_owned();
    assert!(!processes_of(&folder).is_empty(), "the check below would prove nothing");
    server.stop().await.expect("stop");
    assert!(!folder.exists());
    assert_eq!(processes_of(&folder), Vec::<String>::new());
}

#[tokio::test]
async fn stop_does_not_wait_for_clients() {
    let server = Server::start_ephemeral(&binaries().await).await.expect("a server");
    let mut connection = connect(&server).await;
    server.stop().await.expect("stop");
    connection.ping().await.expect_err("the server is gone");
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let server = Server::start_ephemeral(&binaries().await).await.expect("a server");
    let url = format!("postgres://postgres:guess@127.0.0.1:{}/postgres", server.port());
    let refused = sqlx::PgConnection::connect(&url).await.expect_err("a guess");
    assert!(refused.to_string().contains("password authentication failed"), "{refused}");
    assert!(!format!("{server:?}").contains("postgres://"), "Debug must not show the URL");
    server.stop().await.expect("stop");
}

#[tokio::test]
async fn drop_cleans_up() {
    let server = Server::start_ephemeral(&binaries().await).await.expect("a server");
    let folder = folder_of(server.cluster_dir()).to_owned();
    drop(server);
    nothing_is_left(&folder).await;
}

#[tokio::test]
async fn kill_9_of_the_owner_leaves_nothing() {
    let owner = Owner::ephemeral();
    connect_to(&owner.url).await.close().await.expect("close");
    let data = owner.kill();
    nothing_is_left(folder_of(&data)).await;
}

#[tokio::test]
async fn kill_9_of_the_owner_during_initdb_leaves_nothing() {
    let temp = data_dir();
    // As root the account must be able to write in it, as in any temporary folder.
    fs::set_permissions(temp.path(), std::os::unix::fs::PermissionsExt::from_mode(0o1777)).expect("chmod");
    let mut owner = Owner::launch("ephemeral", Some(temp.path()));
    eventually("initdb runs", || processes_of(temp.path()).iter().any(|line| line.contains("initdb "))).await;
    owner.kill().expect("kill");
    owner.wait().expect("its end");
    eventually("processes ended", || processes_of(temp.path()).is_empty()).await;
    eventually("folder removed", || fs::read_dir(temp.path()).expect("it").next().is_none()).await;
}

#[tokio::test]
async fn kill_9_of_the_owner_after_a_crash_of_the_server_leaves_nothing() {
    let owner = Owner::ephemeral();
    let pid = postmaster(&owner.data);
    kill(Pid::from_raw(pid), Signal::SIGQUIT).expect("the server dies");
    eventually("server ended", || kill(Pid::from_raw(pid), None).is_err()).await;
    let data = owner.kill();
    nothing_is_left(folder_of(&data)).await;
}

#[tokio::test]
async fn stop_works_when_the_guardian_was_killed() {
    let server = Server::start_ephemeral(&binaries().await).await.expect("a server");
    let data = server.cluster_dir().to_owned();
    for guardian in guardians(&data) {
        kill(Pid::from_raw(guardian), Signal::SIGKILL).expect("kill");
    }
    server.stop().await.expect("stop");
    assert!(!folder_of(&data).exists());
    eventually("processes ended", || processes_of(&data).is_empty()).await;
}

/// The process group of a postmaster without itself: the guardian and its watcher.
fn guardians(data: &Path) -> Vec<i32> {
    let server = postmaster(data);
    let group = |pid: i32| nix::unistd::getpgid(Some(Pid::from_raw(pid))).ok();
    let ps = std::process::Command::new("/bin/sh").args(["-c", "ls /proc 2>/dev/null || ps -axo pid="]).output();
    let all = String::from_utf8(ps.expect("a list").stdout).expect("text");
    all.split_whitespace()
        .filter_map(|word| word.parse().ok())
        .filter(|pid| *pid != server && group(*pid) == group(server))
        .collect()
}

#[tokio::test]
async fn a_folder_with_something_in_it_is_refused_and_kept() {
    let folder = data_dir();
    fs::write(folder.path().join("letter"), "dear").expect("a file");
    let options = Options { cluster_dir: folder.path().to_owned(), ephemeral: true };
    let refused = Server::start(&binaries().await, options).await.expect_err("not empty");
    assert!(matches!(refused, Error::NotACluster { .. }), "{refused}");
    assert!(folder.path().join("letter").exists());
}
