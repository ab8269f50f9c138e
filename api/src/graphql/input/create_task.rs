//! `CreateTaskInput`

use async_graphql::InputObject;
use domain::task::NewTask;

use crate::graphql::scalar::{DateTime, Json};

/// What to run. The ranges are checked by the mutation, which reports all mistakes at once in `userErrors`.
#[derive(InputObject)]
pub(crate) struct CreateTaskInput {
    /// Which handler runs it: `echo`, `http` or `sleep`.
    kind: String,
    /// Input of the handler; at most 64 KiB of JSON.
    payload: Json,
    /// Which line it waits in: 1 to 63 characters of a-z 0-9 . _ -
    #[graphql(default_with = "Some(\"default\".to_owned())")]
    queue: Option<String>,
    /// -100 to 100, higher first.
    #[graphql(default_with = "Some(0)")]
    priority: Option<i32>,
    /// Not run before this time; now when left out or past.
    run_at: Option<DateTime>,
    /// Attempts allowed, 1 to 100.
    #[graphql(default_with = "Some(5)")]
    max_attempts: Option<i32>,
    /// How long one attempt may take in seconds, 1 to 86400.
    #[graphql(default_with = "Some(300)")]
    timeout_seconds: Option<i32>,
    /// Your own id for the task, unique within the tenant; 1 to 255 bytes.
    reference: Option<String>,
    /// Makes a repeat of this mutation answer with the first task instead of making another one; 1 to 255 printable ASCII
    /// characters. Remembered for at least 24 hours.
    idempotency_key: Option<String>,
}

impl From<CreateTaskInput> for NewTask {
    fn from(input: CreateTaskInput) -> Self {
        Self {
            kind: input.kind,
            payload: input.payload.into_tree(),
            queue: input.queue,
            priority: input.priority.map(i64::from),
            run_at: input.run_at.map(|at| at.0),
            max_attempts: input.max_attempts.map(i64::from),
            timeout_seconds: input.timeout_seconds.map(i64::from),
            reference: input.reference,
            idempotency_key: input.idempotency_key,
        }
    }
}
