//! What of `web/` is newer than what.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

/// What the build reads, besides the installed packages.
const READ: [&str; 6] = ["package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "build", "graphiql"];
/// What the build writes last.
const BUILT: &str = "dist/graphiql/index.html.gz";
/// What npm writes last.
const INSTALLED: &str = "node_modules/.package-lock.json";

/// Whether this is the folder; a binary may have been taken elsewhere.
pub(super) fn are_there(web: &Path) -> bool {
    web.join("package-lock.json").exists() && web.join("dist").exists()
}

/// Whether the pages are there and no source is newer.
pub(super) fn are_built(web: &Path) -> bool {
    let newest = READ.iter().filter_map(|name| newest(&web.join(name))).max();
    modified(&web.join(BUILT)).is_some_and(|built| newest.is_none_or(|newest| built >= newest))
}

/// Whether the packages are those of the lock file.
pub(super) fn are_installed(web: &Path) -> bool {
    match (modified(&web.join(INSTALLED)), modified(&web.join("package-lock.json"))) {
        (Some(installed), Some(locked)) => installed >= locked,
        _ => false,
    }
}

/// When a file, or the newest file of a folder and those in it, was written.
fn newest(path: &Path) -> Option<SystemTime> {
    match fs::read_dir(path) {
        Ok(entries) => entries.filter_map(|entry| newest(&entry.ok()?.path())).max(),
        Err(_) => modified(path),
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}
