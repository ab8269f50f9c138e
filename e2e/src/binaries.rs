//! Where the binaries are. Built by the first test that asks, in the profile the tests themselves were built in.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// The path of one of our binaries (`api`, `worker`, `migrate`, `ctap`).
pub(crate) fn path(name: &str) -> PathBuf {
    FOLDER.get_or_init(folder).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// `E2E_BIN_DIR`, for a run that may not write to the target folder; else the folder above this test's own.
fn folder() -> PathBuf {
    if let Some(given) = std::env::var_os("E2E_BIN_DIR") {
        return given.into();
    }
    // target/<profile>/deps/it-<hash>
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap().to_owned();
    let profile = match folder.file_name().unwrap().to_str().unwrap() {
        "debug" => "dev",
        other => other,
    };
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--workspace", "--bins", "--profile", profile, "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .status()
        .unwrap();
    assert!(built.success(), "the binaries do not build");
    folder
}
