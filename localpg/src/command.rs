//! The one way PostgreSQL's programs are called.

use std::{
    env,
    ffi::OsStr,
    os::unix::process::CommandExt,
    process::{Command, Stdio},
};

use crate::account::Account;

/// All that passes from our environment. `PG*` variables and locales of the caller would change what
/// the programs do; a working PATH and library path they may need.
const KEPT: [&str; 3] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

/// `program` as `account`, with a bare environment, English messages and nothing on its standard streams.
pub(crate) fn new(program: impl AsRef<OsStr>, account: Option<&Account>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C").env("TZ", "UTC");
    for name in KEPT {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    // The account may be unable to enter our working directory, and must not keep it busy.
    command.current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Some(account) = account {
        // Setting the user as root also drops the supplementary groups.
        command.uid(account.uid).gid(account.gid);
    }
    command
}
