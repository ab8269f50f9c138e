//! The issuer's keys, kept.
//!
//! One fetch runs at a time, in a task of its own, so that a client that goes away does not end what others wait for.
//! Who starts one, and when:
//!
//! * without keys, any request, and waits for it; not within `retry` of a failure;
//! * with keys older than `fresh`, any request, and does not wait;
//! * asked for a key that is not among them, that request, and waits; once per `forced`, however many ask.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::time::{Duration, Instant};

use super::fetch::{FetchError, Fetcher};
use super::key::Key;
use super::key_set::KeySet;
use super::patience::Patience;
use super::refused::Refused;

#[derive(Debug)]
pub(super) struct Jwks {
    fetcher: Fetcher,
    patience: Patience,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Held>,
    /// When a key that is not known last made us fetch.
    forced_at: Option<Instant>,
    /// When the last fetch failed, unless one succeeded since.
    failed_at: Option<Instant>,
    flight: Option<Flight>,
}

#[derive(Debug)]
struct Held {
    keys: KeySet,
    at: Instant,
}

/// A fetch that runs: closed when it is over, however it ended.
type Flight = watch::Receiver<()>;

/// What is to be done about a key.
enum Next {
    Use(Arc<Key>),
    Refuse(Refused),
    WaitFor(Flight),
}

impl Jwks {
    pub(super) fn new(fetcher: Fetcher, patience: Patience) -> Jwks {
        Jwks { fetcher, patience, state: Mutex::default() }
    }

    /// The key of that name; without a name, the only key there is.
    ///
    /// # Errors
    /// `UnknownKey`; `Unavailable` when there are no keys to look among.
    pub(super) async fn find(self: &Arc<Self>, key_id: Option<&str>) -> Result<Arc<Key>, Refused> {
        let next = self.next(key_id);
        match next {
            Next::Use(key) => Ok(key),
            Next::Refuse(reason) => Err(reason),
            Next::WaitFor(flight) => {
                over(flight).await;
                self.find_held(key_id)
            }
        }
    }

    /// Fetches keys unless there are some.
    pub(super) async fn warm_up(self: &Arc<Self>) {
        let flight = {
            let mut state = self.state();
            if state.held.is_some() {
                return;
            }
            self.join_or_start(&mut state)
        };
        over(flight).await;
    }

    fn next(self: &Arc<Self>, key_id: Option<&str>) -> Next {
        let mut state = self.state();
        let patience = &self.patience;
        let Some(held) = state.usable(patience) else {
            let failed = within(patience.retry, state.failed_at) && !state.is_fetching();
            return if failed { Next::Refuse(Refused::Unavailable) } else { Next::WaitFor(self.join_or_start(&mut state)) };
        };
        if let Some(key) = held.keys.find(key_id) {
            if !within(patience.fresh, Some(held.at)) && !within(patience.forced, state.failed_at) {
                self.join_or_start(&mut state);
            }
            return Next::Use(key);
        }
        if !state.is_fetching() {
            if within(patience.forced, state.forced_at) {
                return Next::Refuse(Refused::UnknownKey);
            }
            state.forced_at = Some(Instant::now());
        }
        Next::WaitFor(self.join_or_start(&mut state))
    }

    /// After a fetch.
    fn find_held(&self, key_id: Option<&str>) -> Result<Arc<Key>, Refused> {
        let mut state = self.state();
        let held = state.usable(&self.patience).ok_or(Refused::Unavailable)?;
        let (found, at) = (held.keys.find(key_id), held.at);
        if found.is_none() {
            // The keys are newer than the question, so that asking again would tell nothing more.
            state.forced_at = state.forced_at.max(Some(at));
        }
        found.ok_or(Refused::UnknownKey)
    }

    fn join_or_start(self: &Arc<Self>, state: &mut State) -> Flight {
        if let Some(flight) = state.flight.as_ref().filter(|flight| is_running(flight)) {
            return flight.clone();
        }
        let (running, flight) = watch::channel(());
        state.flight = Some(flight.clone());
        let jwks = Arc::clone(self);
        tokio::spawn(async move {
            let fetched = jwks.fetcher.fetch().await;
            jwks.keep(fetched);
            // After the result is kept: who waits reads it next.
            drop(running);
        });
        flight
    }

    fn keep(&self, fetched: Result<KeySet, FetchError>) {
        let mut state = self.state();
        let now = Instant::now();
        match fetched {
            Ok(keys) => {
                state.held = Some(Held { keys, at: now });
                state.failed_at = None;
            }
            Err(error) => {
                state.failed_at = Some(now);
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot fetch the issuer's keys");
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn usable(&self, patience: &Patience) -> Option<&Held> {
        self.held.as_ref().filter(|held| within(patience.stale, Some(held.at)))
    }

    fn is_fetching(&self) -> bool {
        self.flight.as_ref().is_some_and(is_running)
    }
}

/// Whether less than `duration` has passed since then; if there is a then.
fn within(duration: Duration, since: Option<Instant>) -> bool {
    since.is_some_and(|since| since.elapsed() < duration)
}

fn is_running(flight: &Flight) -> bool {
    flight.has_changed().is_ok()
}

async fn over(mut flight: Flight) {
    // Nothing is ever sent: this ends, with an error, when the sender is gone.
    while flight.changed().await.is_ok() {}
}
