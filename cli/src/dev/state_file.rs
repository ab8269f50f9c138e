//! `dev.json`: how other programs on this machine find a running `dev`. There while it takes work, gone with it.

use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use crate::error::{At as _, Error};
use crate::private_file;

/// What stands in it. Two of the values are secrets, so there is no `Debug`.
#[derive(Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) url: String,
    pub(crate) graphql_url: String,
    pub(crate) ws_url: String,
    pub(crate) api_key: String,
    pub(crate) database_url: String,
    pub(crate) pid: u32,
}

/// The written file. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
}

impl StateFile {
    pub(crate) fn write(data_dir: &Path, state: &State) -> Result<StateFile, Error> {
        let path = file(data_dir);
        let text = serde_json::to_string_pretty(state).map_err(std::io::Error::from).at("write", &path)?;
        private_file::write(&path, &format!("{text}\n"))?;
        Ok(StateFile { path })
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        if let Err(error) = private_file::remove(&self.path) {
            tracing::warn!(%error, "what was announced could not be taken back");
        }
    }
}

/// What the `dev` that runs on `data_dir` says of itself, if one runs and is ready.
pub(crate) fn read(data_dir: &Path) -> Result<Option<State>, Error> {
    let path = file(data_dir);
    let Some(text) = private_file::read(&path)? else {
        return Ok(None);
    };
    let state: State = serde_json::from_str(&text).map_err(std::io::Error::from).at("read", path)?;
    Ok(Some(state).filter(|state| is_alive(state.pid)))
}

/// Removes what a killed run left. Only for the one who has the folder to himself.
pub(super) fn remove_stale(data_dir: &Path) -> Result<(), Error> {
    private_file::remove(&file(data_dir))
}

fn file(data_dir: &Path) -> PathBuf {
    data_dir.join("dev.json")
}

fn is_alive(pid: u32) -> bool {
    // Not 0 and not negative: those would ask about whole groups.
    let pid = i32::try_from(pid).ok().filter(|pid| *pid > 0);
    pid.is_some_and(|pid| !matches!(kill(Pid::from_raw(pid), None), Err(Errno::ESRCH)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(pid: u32) -> State {
        let text = |name: &str| name.to_owned();
        State { url: text("u"), graphql_url: text("g"), ws_url: text("w"), api_key: text("k"), database_url: text("d"), pid }
    }

    #[test]
    fn it_is_found_while_its_process_lives_and_gone_with_it() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).unwrap().is_none());
        let written = StateFile::write(folder.path(), &state(std::process::id())).unwrap();
        assert_eq!(read(folder.path()).unwrap().unwrap().database_url, "d");
        drop(written);
        assert!(read(folder.path()).unwrap().is_none());
    }

    #[test]
    fn what_a_dead_process_left_counts_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut dead = std::process::Command::new("true").spawn().unwrap();
        dead.wait().unwrap();
        for pid in [dead.id(), 0, u32::MAX] {
            let _written = StateFile::write(folder.path(), &state(pid)).unwrap();
            assert!(read(folder.path()).unwrap().is_none(), "{pid}");
        }
    }
}
