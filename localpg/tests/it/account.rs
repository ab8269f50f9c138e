//! Acting as the account that PostgreSQL runs as.

use std::{
    fs,
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::{Child, Command, Stdio},
};

use localpg::Binaries;
use nix::unistd::{User, geteuid};

/// `program` as the account that PostgreSQL runs as.
fn as_account(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/");
    if geteuid().is_root() {
        let user = ["postgres", "nobody"].iter().find_map(|name| User::from_name(name).expect("accounts"));
        let user = user.expect("an unprivileged account");
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command
}

/// A server that nobody looks after.
pub(crate) fn postgres_on(binaries: &Binaries, data: &Path) -> Child {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let mut command = as_account(binaries.folder().join("postgres"));
    command.arg("-D").arg(data).args(["-p", &port.to_string()]);
    command.args(["-c", "unix_socket_directories="]);
    command.spawn().expect("postgres")
}

/// A process that is not PostgreSQL.
pub(crate) fn sleeper() -> Child {
    as_account("sleep").arg("600").spawn().expect("sleep")
}

/// Writes a file of the cluster as PostgreSQL would.
pub(crate) fn write_as_owner(path: &Path, text: &str) {
    fs::write(path, text).expect("the file");
    let owner = fs::metadata(path.parent().expect("a folder")).expect("its owner");
    if geteuid().is_root() {
        chown(path, Some(owner.uid()), Some(owner.gid())).expect("chown");
    }
}
