//! A server, from its start to its stop.

use std::{
    env,
    fs::Permissions,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};

use crate::{
    Binaries, Error, account::Account, error::At, folder, guardian::Guardian, initdb, launch::Launch, locate, lock::Lock,
    password, postmaster,
};

/// Which cluster to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The cluster's folder; made if it is missing. Its parent must exist.
    pub cluster_dir: PathBuf,
    /// Whether `cluster_dir`, which must then be new or empty, is removed when the server or its owner ends.
    pub ephemeral: bool,
}

/// A running PostgreSQL. It ends with [`Server::stop`], and soon after being dropped or after the death of
/// this process.
#[derive(Debug)]
pub struct Server {
    guardian: Guardian,
    /// What to remove at the end.
    ephemeral: Option<PathBuf>,
    data: PathBuf,
    port: u16,
    password: SecretString,
    /// Absent for an ephemeral cluster, which nobody else knows. Freed last.
    _lock: Option<Lock>,
}

impl Server {
    /// Starts a server and waits until it takes connections.
    ///
    /// # Errors
    /// [`Error::InUse`] when another process runs one on the cluster, [`Error::Version`] when another major
    /// version made it, and whatever else keeps it from starting, with the last lines of its log.
    pub async fn start(binaries: &Binaries, options: Options) -> Result<Server, Error> {
        if options.ephemeral {
            return Server::start_in(binaries, &options.cluster_dir).await;
        }
        let path = absolute(&options.cluster_dir)?;
        let account = Account::for_cluster(&path)?;
        let account = account.as_ref();
        let lock = Lock::of_cluster(&path)?;
        postmaster::clear(&path).await?;
        let password = match locate::cluster_major(&path) {
            Some(major) => {
                check_major(&path, major, binaries)?;
                password::load(&path)?
            }
            None => {
                folder::check_empty(&path)?;
                let password = password::random();
                initdb::persistent(binaries, account, &path, &password).await?;
                password
            }
        };
        let launch = Launch { binaries, account, data: &path, remove: None };
        let (guardian, port) = launch.run(&password, None).await?;
        Ok(Server { guardian, ephemeral: None, data: path, port, password, _lock: Some(lock) })
    }

    /// Starts a server on a new cluster in a temporary folder, which is gone afterwards.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub async fn start_ephemeral(binaries: &Binaries) -> Result<Server, Error> {
        let account = Account::for_new()?;
        let base = temporary_base(account.as_ref())?;
        let folder = tempfile::Builder::new()
            .prefix("ctap-pg-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&base)
            .at("make a folder in", &base)?;
        // From here on the guardian removes it.
        Server::start_in(binaries, &folder.keep()).await
    }

    /// The superuser's URL of `database`: `postgres://postgres:<password>@127.0.0.1:<port>/<database>`.
    pub fn url(&self, database: &str) -> SecretString {
        let Server { password, port, .. } = self;
        let password = password.expose_secret();
        format!("postgres://postgres:{password}@127.0.0.1:{port}/{database}").into()
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where the data really is.
    pub fn cluster_dir(&self) -> &Path {
        &self.data
    }

    /// Shuts the server down (fast; an ephemeral one immediately) and waits until it and, if ephemeral, its
    /// folder are gone.
    ///
    /// # Errors
    /// When the server does not end or the folder cannot be removed.
    pub async fn stop(self) -> Result<(), Error> {
        self.guardian.stop().await;
        // Only finds work when someone killed the guardian.
        postmaster::clear(&self.data).await?;
        match &self.ephemeral {
            Some(folder) => folder::remove(folder).await,
            None => Ok(()),
        }
    }

    /// Starts an ephemeral server in `folder`.
    async fn start_in(binaries: &Binaries, folder: &Path) -> Result<Server, Error> {
        // It is going to be removed: never with something of somebody else in it.
        folder::check_empty(folder)?;
        if !folder.exists() {
            folder::make_private(folder)?;
        }
        let folder = absolute(folder)?;
        let account = Account::for_cluster(&folder)?;
        let account = account.as_ref();
        let password = password::random();
        let started = async {
            let (guardian, data) = initdb::run(binaries, account, &folder, &password, false).await?;
            let launch = Launch { binaries, account, data: &data, remove: Some(&folder) };
            let (guardian, port) = launch.run(&password, Some(guardian)).await?;
            Ok((guardian, port, data))
        };
        match started.await {
            Ok((guardian, port, data)) => Ok(Server { guardian, ephemeral: Some(folder), data, port, password, _lock: None }),
            Err(error) => {
                folder::remove(&folder).await?;
                Err(error)
            }
        }
    }
}

/// `path` by way of its real parent, as the server's command line will show it.
fn absolute(path: &Path) -> Result<PathBuf, Error> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let parent = parent.canonicalize().at("find", parent)?;
    Ok(parent.join(path.file_name().unwrap_or_default()))
}

fn check_major(path: &Path, cluster: u64, binaries: &Binaries) -> Result<(), Error> {
    let found = binaries.major();
    if cluster == found {
        return Ok(());
    }
    Err(Error::Version { path: path.to_owned(), cluster, binaries: found })
}

/// A folder for temporary folders in which the account can remove its own.
fn temporary_base(account: Option<&Account>) -> Result<PathBuf, Error> {
    let usual = env::temp_dir();
    let Some(account) = account else {
        return Ok(usual);
    };
    [usual, "/tmp".into(), "/var/tmp".into()].into_iter().find(|base| account.can_write(base)).ok_or_else(|| Error::NoFolder {
        account: account.name.clone(),
        tried: "the temporary folder, /tmp, /var/tmp".to_owned(),
    })
}
