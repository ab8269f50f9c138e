//! What runs a task of each kind.
//!
//! A new kind: its rules in `domain/src/kind/<kind>.rs`, its handler in a file beside these, one line in
//! [`Handlers::standard`].

mod echo;
pub mod http;
mod sleep;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::json;
use domain::task::ClaimedTask;
use serde_json::Value;
use uuid::Uuid;

use crate::config::Config;
use crate::outcome::Outcome;
use crate::run::RunError;

/// Runs the tasks of one kind.
///
/// The worker owns timeouts, panics, backoff and leases. A handler may be run again for the same task (a worker may die
/// after the handler's effect and before its report): give others [`Attempt::task_id`] to recognise a repeat, and
/// [`Attempt::lease_epoch`] to refuse an older attempt. It must not block its thread: it is ended at its next `await`.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// The kind, as in `tasks.kind`.
    fn kind(&self) -> &'static str;
    /// Makes one attempt.
    async fn run(&self, attempt: Attempt) -> Outcome;
}

/// One attempt to be made. `Debug` does not show the payload, which may hold a submitter's secrets.
#[derive(Clone)]
pub struct Attempt {
    /// The task; stable over all its attempts.
    pub task_id: Uuid,
    /// Whose task.
    pub tenant_id: Uuid,
    /// This attempt's number, from 1.
    pub number: i32,
    /// Attempts allowed.
    pub max_attempts: i32,
    /// The attempt is ended after this.
    pub timeout: Duration,
    /// Rises from attempt to attempt of a task: a fencing token.
    pub lease_epoch: i64,
    /// The task's input, as validated at its creation.
    pub payload: Value,
    /// W3C `traceparent` of the submission.
    pub traceparent: Option<String>,
}

impl Attempt {
    pub(crate) fn new(tenant_id: Uuid, task: ClaimedTask) -> Attempt {
        Attempt {
            task_id: task.id,
            tenant_id,
            number: task.attempt,
            max_attempts: task.max_attempts,
            timeout: Duration::from_secs(u64::try_from(task.timeout_seconds).unwrap_or_default()),
            lease_epoch: task.lease_epoch,
            // The API let nothing in that has no tree.
            payload: json::tree(&task.payload).unwrap_or_default(),
            traceparent: task.trace_context,
        }
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").field("task_id", &self.task_id).field("number", &self.number).finish_non_exhaustive()
    }
}

/// The handlers of one worker, by kind. It claims only these kinds.
#[derive(Clone, Default)]
pub struct Handlers(BTreeMap<&'static str, Arc<dyn Handler>>);

impl Handlers {
    /// Those that every worker has.
    ///
    /// # Errors
    /// [`RunError::HttpClient`].
    pub fn standard(config: &Config) -> Result<Handlers, RunError> {
        let http = http::Http::new(config.http_allow_private, http::SystemLookup)?;
        Ok(Handlers::default().with(echo::Echo).with(sleep::Sleep).with(http))
    }

    /// One more; it takes the place of an earlier one of its kind.
    #[must_use]
    pub fn with(mut self, handler: impl Handler) -> Handlers {
        self.0.insert(handler.kind(), Arc::new(handler));
        self
    }

    pub(crate) fn get(&self, kind: &str) -> Option<Arc<dyn Handler>> {
        self.0.get(kind).map(Arc::clone)
    }

    pub(crate) fn kinds(&self) -> Vec<String> {
        self.0.keys().map(|kind| (*kind).to_owned()).collect()
    }
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handlers").field(&self.0.keys()).finish()
    }
}
