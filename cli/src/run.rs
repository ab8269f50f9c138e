//! The frame of every command: a runtime, signals, an exit code.

use std::process::ExitCode;
use std::time::Duration;

use boot::shutdown::{self, Signals};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::error::Error;

/// How long blocking work that outlives the command may hold up the exit.
const LEFTOVER_LIMIT: Duration = Duration::from_millis(500);

/// Runs a command with a token that the first SIGTERM or SIGINT cancels; the second one ends it without waiting.
pub(crate) fn run(command: impl AsyncFnOnce(CancellationToken) -> Result<(), Error>) -> ExitCode {
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return Error::Runtime(error).report(),
    };
    let result = runtime.block_on(async {
        let Signals { stop, abort } = shutdown::signals();
        tokio::select! {
            result = Box::pin(command(stop)) => result,
            () = abort.cancelled() => Err(Error::Interrupted),
        }
    });
    runtime.shutdown_timeout(LEFTOVER_LIMIT);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}
