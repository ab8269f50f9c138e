//! Folders in which PostgreSQL's programs may be.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use crate::{account::Account, cache, command};

/// Package folders; `*` stands for any text within one name.
const USUAL: [&str; 10] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/lib/postgresql*/bin",
    "/usr/libexec/postgresql*",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/opt/local/lib/postgresql*/bin",
    "/usr/local/pgsql/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
];

/// Every folder that holds both `initdb` and `postgres` (a client package has neither), each once.
pub(crate) fn folders(account: Option<&Account>) -> Vec<PathBuf> {
    let on_path = env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>());
    let mut found: Vec<PathBuf> = Vec::new();
    let all = on_path
        .unwrap_or_default()
        .into_iter()
        .chain(pg_config(account))
        .chain(USUAL.iter().flat_map(|pattern| expand(pattern)))
        .chain(cache::folders(account));
    for folder in all.filter(|folder| folder.is_absolute() && is_complete(folder)) {
        // Compared by what they are, kept as found: PATH folders are often links to package folders.
        let postgres = |folder: &Path| folder.join("postgres").canonicalize().ok();
        if !found.iter().any(|known| postgres(known) == postgres(&folder)) {
            found.push(folder);
        }
    }
    found
}

/// Whether `folder` has all that we call.
pub(crate) fn is_complete(folder: &Path) -> bool {
    ["initdb", "postgres"].into_iter().all(|program| folder.join(program).is_file())
}

fn pg_config(account: Option<&Account>) -> Option<PathBuf> {
    let output = command::new("pg_config", account).arg("--bindir").stdout(Stdio::piped()).output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(folder.trim()))
}

/// The folders that match `pattern`, which has at most one `*`.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return vec![PathBuf::from(pattern)];
    };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("/", before));
    let (suffix, rest) = after.split_once('/').unwrap_or((after, ""));
    let mut found: Vec<PathBuf> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            name.to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(suffix))
        })
        .map(|entry| entry.path().join(rest))
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_finds_every_version_and_nothing_else() {
        let root = tempfile::tempdir().expect("a folder");
        for name in ["pgsql-15/bin", "pgsql-17/bin", "other/bin"] {
            fs::create_dir_all(root.path().join(name)).expect("a folder");
        }
        let found = expand(&format!("{}/pgsql-*/bin", root.path().display()));
        assert_eq!(found, ["pgsql-15/bin", "pgsql-17/bin"].map(|name| root.path().join(name)));
    }

    #[test]
    fn client_tools_alone_do_not_count() {
        let root = tempfile::tempdir().expect("a folder");
        for program in ["psql", "pg_dump"] {
            fs::write(root.path().join(program), "").expect("a file");
        }
        assert!(!is_complete(root.path()));
        for program in ["initdb", "postgres"] {
            fs::write(root.path().join(program), "").expect("a file");
        }
        assert!(is_complete(root.path()));
    }
}
