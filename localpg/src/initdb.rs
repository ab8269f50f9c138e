//! Making a cluster.

use std::{
    ffi::OsString,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use secrecy::SecretString;
use tempfile::TempDir;

use crate::{
    Binaries, Error,
    account::Account,
    error::At,
    folder,
    guardian::{Charge, Guardian},
    password, ready,
};

/// Makes a cluster in `<folder>/data`. The guardian that is returned removes `folder` when we die; it is to
/// be released when another one has taken over.
pub(crate) async fn run(
    binaries: &Binaries,
    account: Option<&Account>,
    folder: &Path,
    password: &SecretString,
    sync: bool,
) -> Result<(Guardian, PathBuf), Error> {
    let data = folder.join("data");
    let log = folder.join("initdb.log");
    let secret = folder.join("password");
    password::hand_over(&secret, password, account)?;
    // The folder changes hands last: while it is ours nobody can put a link in the way of a file.
    folder::give(folder, account)?;
    let mut command: Vec<OsString> = vec![binaries.program("initdb").into(), "-D".into(), (&data).into()];
    command.extend(["--username=postgres", "--auth=scram-sha-256"].map(OsString::from));
    command.extend(["--encoding=UTF8", "--locale=C", "--no-instructions"].map(OsString::from));
    let mut pwfile = OsString::from("--pwfile=");
    pwfile.push(&secret);
    command.push(pwfile);
    if !sync {
        command.push("--no-sync".into());
    }
    let charge = Charge { log: log.clone(), signal: "TERM", remove: Some(folder.to_owned()), command };
    let guardian = Guardian::spawn(account, &charge)?;
    if guardian.ended().await != Some(0) {
        let log = ready::tail(&log);
        guardian.stop().await;
        return Err(Error::Initdb { log });
    }
    fs::remove_file(&secret).at("remove", &secret)?;
    Ok((guardian, data))
}

/// Makes the persistent cluster `path`, all of it or nothing: in a folder beside it, which is renamed when
/// it is complete, so that a run killed in between does not block the next.
pub(crate) async fn persistent(
    binaries: &Binaries,
    account: Option<&Account>,
    path: &Path,
    password: &SecretString,
) -> Result<(), Error> {
    remove_unfinished(path).await?;
    let staging = new_staging(path)?;
    let made = match run(binaries, account, &staging, password, true).await {
        Ok((guardian, data)) => {
            // The password first: a cluster without one could not be used.
            let kept = password::save(path, password).and_then(|()| fs::rename(&data, path).at("make", path));
            guardian.release().await;
            kept
        }
        Err(error) => Err(error),
    };
    folder::remove(&staging).await?;
    made
}

/// Removes what runs that were killed while they made the cluster `path` left beside it.
pub(crate) async fn remove_unfinished(path: &Path) -> Result<(), Error> {
    let prefix = staging_prefix(path);
    for entry in path.parent().map(fs::read_dir).into_iter().flatten().flatten().flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(prefix.as_encoded_bytes()) {
            folder::remove(&entry.path()).await?;
        }
    }
    Ok(())
}

/// A folder of a new name each time: the guardian of a killed run may still be about to remove its own.
fn new_staging(path: &Path) -> Result<PathBuf, Error> {
    tempfile::Builder::new()
        .prefix(&staging_prefix(path))
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(path.parent().unwrap_or(Path::new("/")))
        .map(TempDir::keep)
        .at("make a folder beside", path)
}

fn staging_prefix(path: &Path) -> OsString {
    folder::beside(path, ".initdb-").file_name().unwrap_or_default().to_owned()
}
