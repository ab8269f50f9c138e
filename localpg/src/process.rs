//! Other processes: whether they live and what they run.

use std::{fs, path::Path, process::Stdio};

use nix::{
    errno::Errno,
    sys::signal::{self, Signal},
    unistd::Pid,
};

use crate::command;

/// Whether process `pid` exists, whoever owns it.
pub(crate) fn is_alive(pid: i32) -> bool {
    !matches!(signal::kill(Pid::from_raw(pid), None), Err(Errno::ESRCH))
}

/// Sends `signal`; a process that is gone already is no error.
pub(crate) fn send(pid: i32, signal: Signal) {
    let _ = signal::kill(Pid::from_raw(pid), signal);
}

/// Whether `argument` is one of the arguments process `pid` was started with.
pub(crate) fn has_argument(pid: i32, argument: &Path) -> bool {
    let wanted = argument.as_os_str().as_encoded_bytes();
    if Path::new("/proc/self/cmdline").exists() {
        return fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| line.split(|byte| *byte == 0).any(|word| word == wanted));
    }
    // No /proc (macOS): the words of ps are not separable, so look for the text.
    command::new("ps", None)
        .args(["-ww", "-o", "command=", "-p", &pid.to_string()])
        .stdout(Stdio::piped())
        .output()
        .is_ok_and(|output| output.stdout.windows(wanted.len()).any(|part| part == wanted))
}
