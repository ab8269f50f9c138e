//! The frame of every `main`: read the configuration, set up logging, run until done or told to stop.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::env::{ConfigError, Env};
use crate::files;
use crate::shutdown::{self, Signals};
use crate::telemetry::{self, ErrorChain, Settings};

/// How long blocking work that outlives the run may hold up the exit.
const LEFTOVER_LIMIT: Duration = Duration::from_millis(500);

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    Failed,
    Misconfigured,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        match outcome {
            Outcome::Done => ExitCode::SUCCESS,
            Outcome::Failed => ExitCode::from(1),
            Outcome::Misconfigured => ExitCode::from(2),
        }
    }
}

/// Runs a program. `read` takes its configuration from the environment; `run` gets that and a token that SIGTERM and
/// SIGINT cancel, and returns when it has drained. A second signal ends it without waiting.
///
/// Exit codes: 0 when `run` succeeds; 1 when it fails (its error is logged with its causes) or was ended by a second
/// signal; 2 when the configuration is wrong, one line per mistake on stderr and nothing started.
pub fn run_main<C, E>(
    service: &'static str,
    read: impl FnOnce(&mut Env) -> C,
    run: impl AsyncFnOnce(C, CancellationToken) -> Result<(), E>,
) -> ExitCode
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    run_in(Env::from_process(), shutdown::signals, service, read, run).into()
}

fn run_in<C, E>(
    env: Env,
    signals: impl FnOnce() -> Signals,
    service: &'static str,
    read: impl FnOnce(&mut Env) -> C,
    run: impl AsyncFnOnce(C, CancellationToken) -> Result<(), E>,
) -> Outcome
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let (settings, config) = match configure(env, read) {
        Ok(read) => read,
        Err(error) => {
            // Plain lines, not log lines: how to log may be the mistake.
            eprintln!("{error}");
            return Outcome::Misconfigured;
        }
    };
    telemetry::init_with(service, settings);
    files::raise_limit();
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "cannot start the runtime");
            return Outcome::Failed;
        }
    };
    let outcome = runtime.block_on(until_done(signals, config, run));
    runtime.shutdown_timeout(LEFTOVER_LIMIT);
    telemetry::spans::finish();
    outcome
}

fn configure<C>(mut env: Env, read: impl FnOnce(&mut Env) -> C) -> Result<(Settings, C), ConfigError> {
    let settings = Settings::read(&mut env);
    let config = read(&mut env);
    env.finish((settings, config))
}

async fn until_done<C, E>(
    signals: impl FnOnce() -> Signals,
    config: C,
    run: impl AsyncFnOnce(C, CancellationToken) -> Result<(), E>,
) -> Outcome
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let Signals { stop, abort } = signals();
    let result = tokio::select! {
        result = Box::pin(run(config, stop)) => result,
        () = abort.cancelled() => {
            tracing::warn!("ended before the drain was over");
            return Outcome::Failed;
        }
    };
    match result {
        Ok(()) => Outcome::Done,
        Err(error) => {
            let error: Box<dyn Error + Send + Sync> = error.into();
            tracing::error!("stopped: {}", ErrorChain(&*error));
            Outcome::Failed
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn quiet(pairs: &[(&str, &str)]) -> Env {
        let pairs: Vec<_> = pairs.iter().copied().chain([("LOG_FORMAT", "text")]).collect();
        Env::from_pairs(pairs)
    }

    #[test]
    fn a_run_ends_with_the_code_of_its_outcome() {
        let port = |env: &mut Env| env.integer("PORT", 8080_u16, 1..=u16::MAX);
        let done = run_in(quiet(&[("PORT", "81")]), Signals::default, "test", port, async |port, _stop| {
            assert_eq!(port, 81);
            Ok::<(), io::Error>(())
        });
        assert_eq!(done, Outcome::Done);
        let failed = run_in(quiet(&[]), Signals::default, "test", port, async |_, _| Err(io::Error::other("no database")));
        assert_eq!(failed, Outcome::Failed);
        let codes = [Outcome::Done, Outcome::Failed, Outcome::Misconfigured].map(ExitCode::from);
        assert_eq!(codes, [ExitCode::SUCCESS, ExitCode::from(1), ExitCode::from(2)]);
    }

    #[test]
    fn a_stop_is_waited_for_and_a_second_signal_is_not() {
        let signals = Signals::default();
        signals.stop.cancel();
        let drained = run_in(
            quiet(&[]),
            || signals.clone(),
            "test",
            |_| (),
            async |(), stop| {
                stop.cancelled().await;
                Ok::<(), io::Error>(())
            },
        );
        assert_eq!(drained, Outcome::Done);
        signals.abort.cancel();
        let aborted =
            run_in(quiet(&[]), || signals, "test", |_| (), async |(), _| std::future::pending::<Result<(), io::Error>>().await);
        assert_eq!(aborted, Outcome::Failed);
    }

    #[test]
    fn a_wrong_configuration_starts_nothing() {
        let port = |env: &mut Env| env.integer("PORT", 8080_u16, 1..=u16::MAX);
        let outcome =
            run_in(quiet(&[("PORT", "70000")]), Signals::default, "test", port, async |_, _| -> Result<(), io::Error> {
                panic!("must not start")
            });
        assert_eq!(outcome, Outcome::Misconfigured);
    }

    #[test]
    fn a_wrong_log_setting_and_a_wrong_port_are_reported_together() {
        let env = Env::from_pairs([("LOG_FORMAT", "xml"), ("PORT", "0")]);
        let error = configure(env, |env| env.integer("PORT", 8080_u16, 1..=u16::MAX)).unwrap_err();
        assert_eq!(error.mistakes().len(), 2, "{error}");
    }
}
