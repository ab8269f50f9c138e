//! Other processes of this machine.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The command lines that name `folder`.
pub(crate) fn with_argument(folder: &Path) -> Vec<String> {
    let all: Vec<String> = if Path::new("/proc/self/cmdline").exists() {
        fs::read_dir("/proc")
            .expect("/proc")
            .flatten()
            .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
            .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
            .collect()
    } else {
        let ps = Command::new("ps").args(["-axww", "-o", "command="]).output().expect("ps");
        String::from_utf8_lossy(&ps.stdout).lines().map(str::to_owned).collect()
    };
    let folder = folder.to_str().expect("a plain path");
    all.into_iter().filter(|line| line.contains(folder)).collect()
}
