//! The superuser's password: random, and for a persistent cluster kept in a file beside it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, fchown},
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};

use crate::{Error, account::Account, error::At, folder};

/// Where the password of the cluster at `path` is kept.
pub(crate) fn file(path: &Path) -> PathBuf {
    folder::beside(path, ".password")
}

/// 192 random bits in letters that need no escaping in a URL.
pub(crate) fn random() -> SecretString {
    hex::encode(rand::random::<[u8; 24]>()).into()
}

/// The password of the existing cluster at `path`.
pub(crate) fn load(path: &Path) -> Result<SecretString, Error> {
    let file = file(path);
    match fs::read_to_string(&file) {
        Ok(text) if !text.trim().is_empty() => Ok(text.trim().to_owned().into()),
        Ok(_) => Err(Error::PasswordLost { path: file }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::PasswordLost { path: file }),
        Err(error) => Err(error).at("read", file),
    }
}

/// Keeps `password` for later runs of the cluster at `path`.
pub(crate) fn save(path: &Path, password: &SecretString) -> Result<(), Error> {
    let file = file(path);
    let fresh = folder::beside(path, ".password.new");
    // Left by a run that was killed right here.
    let _ = fs::remove_file(&fresh);
    create(&fresh, password)?;
    fs::rename(&fresh, &file).at("write", file)
}

/// Writes `password` to the new file `path` for `account` to read.
pub(crate) fn hand_over(path: &Path, password: &SecretString, account: Option<&Account>) -> Result<(), Error> {
    let file = create(path, password)?;
    match account {
        Some(account) => fchown(&file, Some(account.uid), Some(account.gid)).at("change the owner of", path),
        None => Ok(()),
    }
}

fn create(path: &Path, password: &SecretString) -> Result<File, Error> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).at("make", path)?;
    writeln!(file, "{}", password.expose_secret()).at("write", path)?;
    Ok(file)
}
