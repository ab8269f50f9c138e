//! Folders with the owner and mode that a cluster needs.

use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, PermissionsExt, lchown},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::sleep;

use crate::{Error, account::Account, error::At};

/// Makes `folder` for us alone.
pub(crate) fn make_private(folder: &Path) -> Result<(), Error> {
    DirBuilder::new().mode(0o700).create(folder).at("make", folder)
}

/// Makes `folder`, whatever our umask, so that every account can pass through it.
pub(crate) fn make_passable(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Ok(()) => fs::set_permissions(folder, Permissions::from_mode(0o755)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Refuses a folder with something in it; a missing one is as good as an empty one.
pub(crate) fn check_empty(path: &Path) -> Result<(), Error> {
    match fs::read_dir(path).map(|mut entries| entries.next().is_some()) {
        Ok(true) => Err(Error::NotACluster { path: path.to_owned() }),
        Ok(false) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).at("look into", path),
    }
}

/// Gives `path` itself to `account`; no link is followed.
pub(crate) fn give(path: &Path, account: Option<&Account>) -> Result<(), Error> {
    match account {
        Some(account) => lchown(path, Some(account.uid), Some(account.gid)).at("change the owner of", path),
        None => Ok(()),
    }
}

/// Removes `folder` if it is there. A process that is just ending may still write in it, so it is tried
/// for a few seconds.
pub(crate) async fn remove(folder: &Path) -> Result<(), Error> {
    let mut tries = 0;
    loop {
        match fs::remove_dir_all(folder) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !folder.exists() => {
                return Ok(());
            }
            Err(error) if tries == 50 => return Err(error).at("remove", folder),
            Err(_) => tries += 1,
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// `path` with `suffix` after its last name: the files that belong to a cluster but lie beside it.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}
