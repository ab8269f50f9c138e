//! Starting over.

use std::{fs, io, path::Path};

use crate::{Error, error::At, folder, initdb, lock::Lock, password, postmaster};

/// Removes the cluster at `path` with its password, if there is one; a server that a killed owner left on
/// it is stopped first.
///
/// # Errors
/// [`Error::InUse`] when another process runs a server on it; [`Error::NotACluster`] when `path` holds
/// something else, which is left alone.
pub async fn remove_cluster(path: &Path) -> Result<(), Error> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(parent) = parent.canonicalize() else {
        return Ok(());
    };
    let path = &parent.join(path.file_name().unwrap_or_default());
    let _lock = Lock::of_cluster(path)?;
    if !path.join("PG_VERSION").exists() {
        folder::check_empty(path)?;
    }
    postmaster::clear(path).await?;
    folder::remove(path).await?;
    initdb::remove_unfinished(path).await?;
    let secret = password::file(path);
    match fs::remove_file(&secret) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).at("remove", secret),
        _ => Ok(()),
    }
}
