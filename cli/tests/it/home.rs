//! Where a test's `dev` keeps its data, and the removal of all that it leaves.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::processes;

/// A folder as a person has it. Dropping it waits for the processes on it to end and removes it; so drop it last.
pub(crate) struct Home(TempDir);

impl Home {
    /// One that others may enter.
    pub(crate) fn new() -> Home {
        Home::with_mode(0o755)
    }

    /// One that only its owner can enter.
    pub(crate) fn closed() -> Home {
        Home::with_mode(0o700)
    }

    fn with_mode(mode: u32) -> Home {
        let folder = tempfile::tempdir_in("/tmp").expect("a temporary folder");
        fs::set_permissions(folder.path(), Permissions::from_mode(mode)).expect("chmod");
        Home(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// What `--data-dir` gets. Its parent does not exist yet.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.path().join("project/.ctap")
    }

    pub(crate) fn dev_json(&self) -> PathBuf {
        self.data_dir().join("dev.json")
    }

    /// Where the private database is.
    pub(crate) fn cluster(&self) -> PathBuf {
        localpg::cluster_home(&self.data_dir()).expect("a place for the cluster").path
    }

    /// PostgreSQL, its guardian and initdb, as far as they run on this home's data.
    pub(crate) fn postgres(&self) -> Vec<String> {
        processes::with_argument(&self.cluster())
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if !self.data_dir().exists() {
            return;
        }
        let cluster = self.cluster();
        // A killed `dev` leaves the shutdown of its server to the guardian.
        let deadline = Instant::now() + Duration::from_secs(30);
        while !processes::with_argument(&cluster).is_empty() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        if !cluster.starts_with(self.path()) {
            // As root in a closed home: one folder of its own, elsewhere.
            let _ = cluster.parent().map(fs::remove_dir_all);
        }
    }
}
