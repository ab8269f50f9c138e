//! Where the cluster of a data folder lives.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::{Error, account::Account, error::At, folder};

/// Where a cluster is, and why it is not in the data folder if it is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterHome {
    /// The cluster's folder; its parent exists, itself it may not.
    pub path: PathBuf,
    /// A sentence to print when the cluster is outside the data folder.
    pub moved_because: Option<String>,
}

/// Where the cluster of `data_dir` (made if missing) lives: in `<data_dir>/postgres`, unless we are root
/// and the account that PostgreSQL steps down to cannot enter `data_dir`.
///
/// # Errors
/// When `data_dir` cannot be made or no folder can be found that the account can enter.
pub fn cluster_home(data_dir: &Path) -> Result<ClusterHome, Error> {
    fs::create_dir_all(data_dir).at("make", data_dir)?;
    let data_dir = data_dir.canonicalize().at("find", data_dir)?;
    let account = Account::for_cluster(&inside(&data_dir))?;
    let elsewhere = elsewhere(&data_dir);
    let home = decide(&data_dir, account.as_ref(), &elsewhere, Path::exists, Account::can_enter);
    if home.moved_because.is_none() {
        return Ok(home);
    }
    let account = account.ok_or(Error::NoAccount)?;
    let Some(path) = elsewhere.into_iter().find(|path| prepare(path, &account)) else {
        return Err(Error::NoFolder { account: account.name, tried: "the data folder, /var/lib/ctap, /var/tmp".to_owned() });
    };
    Ok(ClusterHome { path, ..home })
}

fn inside(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres")
}

/// Places outside the data folder, best first; the name ties them to it.
fn elsewhere(data_dir: &Path) -> [PathBuf; 2] {
    let digest = hex::encode(Sha256::digest(data_dir.as_os_str().as_encoded_bytes()));
    let short = &digest[..16];
    [
        Path::new("/var/lib/ctap").join(short).join("postgres"),
        Path::new("/var/tmp").join(format!("ctap-{short}")).join("postgres"),
    ]
}

/// The rule, without its effects: stay inside when the account can enter, except that a cluster that an
/// earlier run put elsewhere is kept in use.
fn decide(
    data_dir: &Path,
    account: Option<&Account>,
    elsewhere: &[PathBuf],
    exists: impl Fn(&Path) -> bool,
    can_enter: impl Fn(&Account, &Path) -> bool,
) -> ClusterHome {
    let inside = inside(data_dir);
    let moved_because = account.and_then(|account| {
        let shown = data_dir.display();
        if !can_enter(account, data_dir) {
            let name = &account.name;
            Some(format!("PostgreSQL runs as `{name}`, which cannot enter {shown}"))
        } else if !exists(&inside) && elsewhere.iter().any(|path| exists(path)) {
            Some(format!("an earlier run put the cluster of {shown} there"))
        } else {
            None
        }
    });
    let path = match &moved_because {
        Some(_) => elsewhere.iter().find(|path| exists(path)).or(elsewhere.first()).cloned().unwrap_or(inside),
        None => inside,
    };
    ClusterHome { path, moved_because }
}

/// Makes the folders above `cluster` and says whether they serve: ours alone to change (anyone may make
/// folders in /var/tmp) and open to the account.
fn prepare(cluster: &Path, account: &Account) -> bool {
    let Some(parent) = cluster.parent() else {
        return false;
    };
    let base = parent.parent().map_or(Ok(()), folder::make_passable);
    let made = base.and_then(|()| folder::make_passable(parent));
    let ours = fs::symlink_metadata(parent).is_ok_and(|meta| meta.is_dir() && meta.uid() == 0 && meta.mode() & 0o022 == 0);
    made.is_ok() && ours && account.can_enter(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "/srv/project/.ctap";

    fn postgres() -> Account {
        Account { name: "postgres".to_owned(), uid: 101, gid: 104 }
    }

    fn decided(account: Option<&Account>, existing: &[&Path], enters: bool) -> ClusterHome {
        let home = Path::new(HOME);
        decide(home, account, &elsewhere(home), |path| existing.contains(&path), |_, _| enters)
    }

    #[test]
    fn an_ordinary_user_keeps_the_cluster_in_the_data_folder() {
        let home = decided(None, &[], false);
        assert_eq!(home.path, Path::new(HOME).join("postgres"));
        assert_eq!(home.moved_because, None);
    }

    #[test]
    fn root_keeps_it_there_when_the_account_can_enter() {
        let home = decided(Some(&postgres()), &[], true);
        assert_eq!(home.path, Path::new(HOME).join("postgres"));
        assert_eq!(home.moved_because, None);
    }

    #[test]
    fn root_moves_it_out_of_a_home_that_the_account_cannot_enter_and_says_why() {
        let home = decided(Some(&postgres()), &[], false);
        assert!(home.path.starts_with("/var/lib/ctap"), "{home:?}");
        let why = home.moved_because.expect("a reason");
        assert!(why.contains("`postgres`") && why.contains(HOME), "{why}");
    }

    #[test]
    fn a_cluster_that_was_moved_before_stays_in_use_when_the_home_is_opened() {
        let moved = &elsewhere(Path::new(HOME))[1];
        let home = decided(Some(&postgres()), &[moved], true);
        assert_eq!(&home.path, moved);
        assert!(home.moved_because.is_some());
    }

    #[test]
    fn two_data_folders_never_share_a_place() {
        assert_ne!(elsewhere(Path::new("/a")), elsewhere(Path::new("/b")));
    }
}
