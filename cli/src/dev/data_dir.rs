//! The folder that a run keeps everything in, and that only one run uses at a time.

use std::fs;
use std::path::{Path, PathBuf};

use localpg::Lock;

use super::state_file;
use crate::error::{At as _, Error};
use crate::private_file;

/// An open data folder: ours until dropped, or until this process dies in whatever way.
#[derive(Debug)]
pub(super) struct DataDir {
    path: PathBuf,
    _lock: Lock,
}

impl DataDir {
    /// Opens the folder at `path`, made if missing, and removes what a killed run announced there.
    ///
    /// # Errors
    /// [`Error::InUse`] when another run has it open.
    pub(super) fn open(path: &Path) -> Result<DataDir, Error> {
        fs::create_dir_all(path).at("make the folder", path)?;
        keep_out_of_git(path)?;
        let data_dir = DataDir { path: path.to_owned(), _lock: lock(path)? };
        state_file::remove_stale(path)?;
        Ok(data_dir)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the first key is kept.
    pub(super) fn key_file(&self) -> PathBuf {
        self.path.join("key")
    }

    /// Removes the database and the key.
    ///
    /// # Errors
    /// A server that is not ours runs on the cluster, or something cannot be removed.
    pub(super) async fn reset(&self) -> Result<(), Error> {
        let home = localpg::cluster_home(&self.path)?;
        localpg::remove_cluster(&home.path).await?;
        private_file::remove(&self.key_file())
    }
}

/// Tells git to leave a folder alone that is ours: a new one. In a folder with something in it, a repository's root
/// say, that would hide other people's files.
fn keep_out_of_git(path: &Path) -> Result<(), Error> {
    if fs::read_dir(path).at("look into", path)?.next().is_some() {
        return Ok(());
    }
    let file = path.join(".gitignore");
    fs::write(&file, "*\n").at("write", file)
}

fn lock(path: &Path) -> Result<Lock, Error> {
    Lock::take(&path.join("dev.lock"), path).map_err(|error| match error {
        localpg::Error::InUse { path, owner } => Error::InUse { path, owner },
        other => other.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_user_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("project/.ctap");
        let first = DataDir::open(&path).unwrap();
        let refused = DataDir::open(&path).unwrap_err().to_string();
        assert!(refused.contains(&format!("in use by another `ctap dev` (pid {})", std::process::id())), "{refused}");
        assert_eq!(refused.lines().count(), 1);
        drop(first);
        DataDir::open(&path).unwrap();
    }

    #[test]
    fn a_new_folder_hides_itself_from_git_and_an_old_one_is_left_as_it_is() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join(".ctap");
        drop(DataDir::open(&path).unwrap());
        assert_eq!(fs::read_to_string(path.join(".gitignore")).unwrap(), "*\n");
        drop(DataDir::open(parent.path()).unwrap());
        assert!(!parent.path().join(".gitignore").exists());
    }

    #[test]
    fn what_a_killed_run_announced_is_gone() {
        let parent = tempfile::tempdir().unwrap();
        fs::write(parent.path().join("dev.json"), "{}").unwrap();
        let _open = DataDir::open(parent.path()).unwrap();
        assert!(!parent.path().join("dev.json").exists());
    }
}
