//! What a server is started with.

use std::{ffi::OsString, path::Path};

/// For both uses. No unix socket: its path is limited to 107 bytes, and nobody needs it.
const COMMON: [&str; 7] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "timezone=UTC",
    "log_timezone=UTC",
    "logging_collector=off",
    "log_destination=stderr",
];

/// For a cluster that does not outlive its server: nothing is forced to disk, but commits behave as in
/// production. Shared memory as files of the cluster goes with it, even after a crash.
const EPHEMERAL: [&str; 5] =
    ["fsync=off", "full_page_writes=off", "synchronous_commit=on", "shared_buffers=128MB", "dynamic_shared_memory_type=mmap"];

/// The command line of a server on `data` at `port`.
pub(crate) fn command_line(postgres: &Path, data: &Path, port: u16, ephemeral: bool) -> Vec<OsString> {
    let mut line: Vec<OsString> = vec![postgres.into(), "-D".into(), data.into(), "-p".into(), port.to_string().into()];
    let extra = if ephemeral { EPHEMERAL.as_slice() } else { &[] };
    for setting in COMMON.iter().chain(extra) {
        line.extend(["-c".into(), setting.into()]);
    }
    line
}
