//! One owner per cluster.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    process,
};

use crate::{Error, error::At, folder};

/// Held for as long as a server may run on the cluster. The kernel frees it when we die; it is not
/// inherited by the guardian, so that the next owner need not wait to be told that it is next.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "closing the file is what frees the lock")] File);

impl Lock {
    /// Locks the cluster at `path`, by a file beside it, or says who holds it.
    pub(crate) fn take(path: &Path) -> Result<Lock, Error> {
        let name = folder::beside(path, ".lock");
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&name).at("open", &name)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Only to help: the answer stands without it.
                let _ = file.read_to_string(&mut holder);
                let owner = holder.trim().parse::<u32>().map_or_else(|_| String::new(), |pid| format!(" (pid {pid})"));
                return Err(Error::InUse { path: path.to_owned(), owner });
            }
            Err(TryLockError::Error(error)) => return Err(error).at("lock", &name),
        }
        file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", process::id())).at("write", &name)?;
        Ok(Lock(file))
    }
}
