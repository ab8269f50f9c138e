//! Where downloaded binaries are kept.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{Error, account::Account, error::At, folder};

/// For root whose own cache the unprivileged account cannot enter.
const SHARED: &str = "/var/cache/ctap";

/// The `bin` folders of every downloaded version.
pub(crate) fn folders(account: Option<&Account>) -> Vec<PathBuf> {
    let versions = places().into_iter().flat_map(|place| fs::read_dir(place.join("postgresql")));
    versions
        .flatten()
        .flatten()
        // A download in progress starts with a dot.
        .filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| account.is_none_or(|account| account.can_enter(bin)))
        .collect()
}

/// The folder for downloads, made if missing: ours, unless the account cannot enter it.
pub(crate) fn make(account: Option<&Account>) -> Result<PathBuf, Error> {
    let mut failed = Err(Error::NoFolder {
        account: account.map_or_else(String::new, |account| account.name.clone()),
        tried: format!("the cache folder, {SHARED}"),
    });
    for place in places() {
        let versions = place.join("postgresql");
        let made = place
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| folder::make_passable(&place))
            .and_then(|()| folder::make_passable(&versions));
        match made {
            Ok(()) if account.is_none_or(|account| account.can_enter(&versions)) => {
                return Ok(versions);
            }
            Ok(()) => {}
            Err(error) => failed = Err(error).at("make", versions),
        }
    }
    failed
}

fn places() -> Vec<PathBuf> {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let own = cache.or_else(home).map(|cache| cache.join("ctap"));
    own.into_iter().chain([PathBuf::from(SHARED)]).collect()
}
