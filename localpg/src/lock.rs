//! One owner at a time, of a cluster or of whatever else lives in files.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    process,
};

use crate::{Error, error::At, folder};

/// Held until dropped. The kernel frees it when we die, in whatever way; no program that we start inherits it,
/// so that the next owner need not wait for our guardian's end.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "closing the file is what frees the lock")] File);

impl Lock {
    /// Locks `owned` by `name`, a file that is made if missing and stays, with our process id in it.
    ///
    /// # Errors
    /// [`Error::InUse`] with `owned` and who holds it; [`Error::Io`].
    pub fn take(name: &Path, owned: &Path) -> Result<Lock, Error> {
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(name).at("open", name)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Only to help: the answer stands without it.
                let _ = file.read_to_string(&mut holder);
                let owner = holder.trim().parse::<u32>().map_or_else(|_| String::new(), |pid| format!(" (pid {pid})"));
                return Err(Error::InUse { path: owned.to_owned(), owner });
            }
            Err(TryLockError::Error(error)) => return Err(error).at("lock", name),
        }
        file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", process::id())).at("write", name)?;
        Ok(Lock(file))
    }

    /// Locks the cluster at `path`, by a file beside it.
    pub(crate) fn of_cluster(path: &Path) -> Result<Lock, Error> {
        Lock::take(&folder::beside(path, ".lock"), path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_what_is_taken_and_by_whom_and_comes_next() {
        let folder = tempfile::tempdir().expect("a folder");
        let (name, owned) = (folder.path().join("its.lock"), folder.path().join("it"));
        let first = Lock::take(&name, &owned).expect("the first");
        let refused = Lock::take(&name, &owned).expect_err("the second");
        let pid = format!(" (pid {})", process::id());
        assert!(matches!(&refused, Error::InUse { path, owner } if *path == owned && *owner == pid), "{refused}");
        drop(first);
        Lock::take(&name, &owned).expect("the next");
    }
}
