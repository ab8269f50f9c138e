//! Stopping: a signal cancels a token, and everything that runs watches that token.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The two tokens that signals cancel.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    /// The first SIGTERM or SIGINT: stop taking work, drain, end.
    pub stop: CancellationToken,
    /// The second one: the person at the keyboard does not want to wait for the drain.
    pub abort: CancellationToken,
}

/// A token that SIGTERM (Cloud Run) and SIGINT (Ctrl-C) cancel. Call it inside a runtime.
pub fn on_signals() -> CancellationToken {
    signals().stop
}

/// Like [`on_signals`], with a second token for the second signal.
pub fn signals() -> Signals {
    let signals = Signals::default();
    // Registered here and not in the task, so that no signal is missed once this function has returned.
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(terminate), Ok(interrupt)) => {
            tokio::spawn(watch(signals.clone(), terminate, interrupt));
        }
        (Err(error), _) | (_, Err(error)) => {
            tracing::error!(%error, "cannot watch for signals: this process will end at once when told to");
        }
    }
    signals
}

async fn watch(signals: Signals, mut terminate: Signal, mut interrupt: Signal) {
    for token in [&signals.stop, &signals.abort] {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!(signal = name, "told to stop");
        token.cancel();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nix::sys::signal::{Signal, raise};
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn the_first_signal_stops_and_the_second_aborts() {
        let limit = Duration::from_secs(10);
        let signals = signals();
        assert!(!signals.stop.is_cancelled());
        raise(Signal::SIGTERM).unwrap();
        timeout(limit, signals.stop.cancelled()).await.unwrap();
        assert!(!signals.abort.is_cancelled());
        raise(Signal::SIGINT).unwrap();
        timeout(limit, signals.abort.cancelled()).await.unwrap();
    }
}
