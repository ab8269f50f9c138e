//! Finding PostgreSQL's programs.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{process::Command, time::timeout};

use crate::{Error, account::Account, candidates, command, download};

/// The versions the product is tested with; of these the newest is taken.
const PREFERRED: std::ops::RangeInclusive<u64> = 15..=17;

/// Names the folder to use and no other.
const FOLDER_VARIABLE: &str = "LOCALPG_BIN";

/// A folder with PostgreSQL's programs, of version 15 or newer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    folder: PathBuf,
    major: u64,
}

impl Binaries {
    /// Finds PostgreSQL 15 to 17, else newer: in the folder `LOCALPG_BIN` if set, on PATH, by `pg_config`,
    /// in the usual package folders, among earlier downloads; else downloads 17 once.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is none and the download fails; [`Error::Folder`] when `LOCALPG_BIN`
    /// is set to a folder that does not serve.
    pub async fn locate() -> Result<Binaries, Error> {
        locate(None).await
    }

    /// The same for the cluster at `cluster_dir`: when it exists, the version that made it.
    ///
    /// # Errors
    /// As [`Binaries::locate`], and [`Error::Version`] when only other versions can be had.
    pub async fn locate_for(cluster_dir: &Path) -> Result<Binaries, Error> {
        locate(cluster_major(cluster_dir).map(|major| (cluster_dir, major))).await
    }

    /// Major version, such as 17.
    pub fn major(&self) -> u64 {
        self.major
    }

    /// The folder of the programs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of `initdb`, `postgres` or `psql`.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The major version that made the cluster at `path`, if there is one.
pub(crate) fn cluster_major(path: &Path) -> Option<u64> {
    fs::read_to_string(path.join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// Any version that serves, or the one that made a given cluster.
async fn locate(cluster: Option<(&Path, u64)>) -> Result<Binaries, Error> {
    let wanted = cluster.map(|(_, major)| major);
    let account = Account::for_new()?;
    let account = account.as_ref();
    if let Some(folder) = env::var_os(FOLDER_VARIABLE).filter(|value| !value.is_empty()) {
        return given(PathBuf::from(folder), account).await;
    }
    let mut found = Vec::new();
    for folder in candidates::folders(account) {
        found.extend(probe(folder, account).await.ok());
    }
    if let Some(best) = choose(&found, wanted) {
        return Ok(best);
    }
    let major = wanted.unwrap_or(*PREFERRED.end());
    let downloaded = match download::fetch(major, account).await {
        Ok(folder) => probe(folder, account).await,
        Err(reason) => Err(reason),
    };
    downloaded.map_err(|reason| match (cluster, choose(&found, None)) {
        (Some((path, cluster)), Some(other)) => Error::Version { path: path.to_owned(), cluster, binaries: other.major },
        _ => Error::Missing { wanted: wanted.map_or_else(|| "15 to 17".to_owned(), |major| major.to_string()), reason },
    })
}

/// The folder that the variable names, or why it does not serve.
async fn given(folder: PathBuf, account: Option<&Account>) -> Result<Binaries, Error> {
    let refused = |reason: String| Error::Folder { folder: folder.clone(), reason };
    if !candidates::is_complete(&folder) {
        return Err(refused("initdb and postgres are not both in it".to_owned()));
    }
    let absolute = folder.canonicalize().map_err(|error| refused(error.to_string()))?;
    let binaries = probe(absolute, account).await.map_err(refused)?;
    if binaries.major < *PREFERRED.start() {
        return Err(refused(format!("PostgreSQL {} is too old, 15 is the oldest that serves", binaries.major)));
    }
    Ok(binaries)
}

/// Asks the programs in `folder` for their version, as the account that will run them.
async fn probe(folder: PathBuf, account: Option<&Account>) -> Result<Binaries, String> {
    let mut postgres = command::new(folder.join("postgres"), account);
    postgres.arg("--version").stdout(Stdio::piped());
    let mut postgres = Command::from(postgres);
    let output = timeout(Duration::from_secs(10), postgres.kill_on_drop(true).output())
        .await
        .map_err(|_| "postgres --version does not answer".to_owned())?
        .map_err(|error| format!("postgres cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let major = major(&text).ok_or("postgres does not tell its version")?;
    Ok(Binaries { folder, major })
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian 15.18-1)` or `... 18beta1`.
fn major(text: &str) -> Option<u64> {
    let version = text.split_once("(PostgreSQL)")?.1.trim_start();
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The wanted version; else the newest we are tested with, else the oldest that is newer.
fn choose(found: &[Binaries], wanted: Option<u64>) -> Option<Binaries> {
    let serves = |binaries: &&Binaries| match wanted {
        Some(major) => binaries.major == major,
        None => binaries.major >= *PREFERRED.start(),
    };
    // Of two equals the one found first is taken.
    let rank = |binaries: &&Binaries| match PREFERRED.contains(&binaries.major) {
        true => (false, PREFERRED.end() - binaries.major),
        false => (true, binaries.major),
    };
    found.iter().filter(serves).min_by_key(rank).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(majors: &[u64], wanted: Option<u64>) -> Option<u64> {
        let found = majors.iter().map(|major| Binaries { folder: PathBuf::new(), major: *major });
        choose(&found.collect::<Vec<_>>(), wanted).map(|binaries| binaries.major)
    }

    #[test]
    fn the_newest_supported_version_is_taken() {
        assert_eq!(chosen(&[13, 15, 18, 17, 16], None), Some(17));
        assert_eq!(chosen(&[15, 18], None), Some(15));
        assert_eq!(chosen(&[19, 18], None), Some(18));
    }

    #[test]
    fn older_than_15_is_as_good_as_none() {
        assert_eq!(chosen(&[13, 14], None), None);
    }

    #[test]
    fn an_existing_cluster_gets_its_own_version_or_none() {
        assert_eq!(chosen(&[15, 17], Some(15)), Some(15));
        assert_eq!(chosen(&[15, 17], Some(16)), None);
    }

    #[test]
    fn versions_are_read_as_distributions_print_them() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major("psql: error"), None);
    }
}
