//! Who PostgreSQL runs as: ourselves, or, as it refuses root, an unprivileged account.

use std::{ffi::OsStr, fs, io, os::unix::fs::MetadataExt, path::Path};

use nix::unistd::{Uid, User, geteuid};

use crate::{Error, command, error::At};

/// The unprivileged account that root steps down to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Account {
    /// The account for a new cluster: `None` when we are not root and PostgreSQL runs as ourselves.
    pub(crate) fn for_new() -> Result<Option<Account>, Error> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Some(Account::of(user)))
            .ok_or(Error::NoAccount)
    }

    /// The account for `cluster`: whoever owns it if it exists (root may start what a user made before),
    /// else that of a new one.
    pub(crate) fn for_cluster(cluster: &Path) -> Result<Option<Account>, Error> {
        let owner = match fs::symlink_metadata(cluster) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Account::for_new(),
            Err(error) => return Err(error).at("look at", cluster),
        };
        match (geteuid().is_root(), owner.uid()) {
            (true, 0) => Account::for_new(),
            (true, uid) => Ok(Some(Account {
                name: User::from_uid(Uid::from_raw(uid)).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name),
                uid,
                gid: owner.gid(),
            })),
            (false, uid) if uid == geteuid().as_raw() => Ok(None),
            (false, owner) => Err(Error::Foreign { path: cluster.to_owned(), owner }),
        }
    }

    /// Whether the account can reach `folder`. Asked of the kernel as that account, so that modes,
    /// owners, access lists and mount options all count.
    pub(crate) fn can_enter(&self, folder: &Path) -> bool {
        self.test("-x", folder)
    }

    /// Whether the account can make and remove entries in `folder`.
    pub(crate) fn can_write(&self, folder: &Path) -> bool {
        self.test("-x", folder) && self.test("-w", folder)
    }

    fn test(&self, flag: &str, folder: &Path) -> bool {
        command::new("/bin/sh", Some(self))
            .args(["-c", r#"test "$1" "$2""#, "test"])
            .args([OsStr::new(flag), folder.as_os_str()])
            .status()
            .is_ok_and(|status| status.success())
    }

    fn of(user: User) -> Account {
        Account { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw() }
    }
}
