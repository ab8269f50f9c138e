//! Root and the account it steps down to. Run as an ordinary user, the same tests show that nothing moves.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
};

use localpg::{Options, Server, cluster_home, remove_cluster};
use nix::unistd::geteuid;
use sqlx::Connection;

use crate::support::{binaries, connect, data_dir, processes_of};

#[tokio::test]
async fn a_home_that_only_its_owner_can_enter_still_gets_a_server() {
    let home = data_dir();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).expect("chmod");
    let data_dir = home.path().join("project/.ctap");
    let place = cluster_home(&data_dir).expect("a place");
    let options = Options { cluster_dir: place.path.clone(), ephemeral: false };
    let server = Server::start(&binaries().await, options).await.expect("a server");
    connect(&server).await.ping().await.expect("it serves");
    if geteuid().is_root() {
        assert!(!place.path.starts_with(home.path()), "{place:?}");
        assert!(place.moved_because.as_ref().expect("a reason").contains("cannot enter"));
        assert_ne!(fs::metadata(server.cluster_dir()).expect("it").uid(), 0);
    } else {
        assert_eq!(place.path, data_dir.canonicalize().expect("it").join("postgres"));
        assert_eq!(place.moved_because, None);
    }
    server.stop().await.expect("stop");
    assert_eq!(cluster_home(&data_dir).expect("again"), place, "the next run must find it");
    assert_eq!(processes_of(&place.path), Vec::<String>::new());
    remove_cluster(&place.path).await.expect("removed");
    assert!(!place.path.exists());
    if geteuid().is_root() {
        fs::remove_dir_all(place.path.parent().expect("its folder")).expect("the test leaves nothing");
    }
}

#[tokio::test]
async fn a_working_folder_that_the_account_cannot_enter_does_no_harm() {
    // The tests run in the repository, wherever that is; the server must not depend on it.
    let server = Server::start_ephemeral(&binaries().await).await.expect("a server");
    let pid = crate::support::postmaster(server.cluster_dir());
    if let Ok(folder) = fs::read_link(format!("/proc/{pid}/cwd")) {
        assert_eq!(folder, server.cluster_dir());
    }
    server.stop().await.expect("stop");
}
