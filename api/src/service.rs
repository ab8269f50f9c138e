//! The writes: begin, one function of `domain`, commit, hint. The same for GraphQL and REST.
//!
//! Each runs as a task of its own: a client that hangs up must not leave a transaction half way, and what was committed
//! must be hinted. A stopping process waits for them.

pub(crate) mod access;
mod audit_read;
mod queues;

use std::collections::BTreeSet;
use std::future::Future;

use domain::audit::Caller;
use domain::ids;
use domain::task::{self, Batched, CreateManyError, Created, Head, NewTask, Operated, RefusedTask, Submission, TaskError};
use sea_orm::TransactionTrait;
use tracing::Instrument;
use uuid::Uuid;

pub(crate) use self::audit_read::audit_is_read;
pub use self::queues::{pause_queue, resume_queue};
use crate::error::{ApiError, Code};
use crate::state::AppState;

/// Longest reason of an operator, in bytes, as the trail keeps it.
const MAX_REASON_BYTES: usize = 128;

/// Which version of a task an operator means to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whichever it is.
    Any,
    /// One of these.
    OneOf(Vec<i64>),
}

/// What an operator says about a transition.
#[derive(Clone, Debug)]
pub struct OperatorOrder {
    /// Why, for the trail.
    pub reason: Option<String>,
    /// Which version is meant.
    pub expected: Expected,
}

impl Expected {
    /// That version, if there is one.
    pub(crate) fn version(version: Option<i32>) -> Expected {
        version.map_or(Expected::Any, |version| Expected::OneOf(vec![version.into()]))
    }

    /// Whether the version that was there before a transition is one that was meant.
    fn allows(&self, operated: &Operated) -> bool {
        match self {
            Expected::Any => true,
            Expected::OneOf(versions) => versions.contains(&(operated.task.version - 1)),
        }
    }
}

/// Submits a task; a repeat with the same idempotency key answers with the first one.
///
/// # Errors
/// `BadUserInput`, `IdempotencyKeyReused`, `ReferenceTaken`; `Unavailable` or `Internal` when the database fails.
pub async fn create_task(state: &AppState, caller: &Caller, new: NewTask) -> Result<Created, ApiError> {
    let submission = new.validate()?;
    admit(state, caller, std::slice::from_ref(&submission)).await?;
    let (state, caller) = (state.clone(), caller.clone());
    detached(state.clone(), async move {
        let created = with_fresh_ids(&state, || async {
            let tx = state.db.begin().await?;
            let created = task::create(&tx, &state.ids, &caller, submission.clone()).await?;
            tx.commit().await?;
            Ok(created)
        })
        .await?;
        if created.audit_id.is_some() {
            state.notifier.ready(caller.tenant_id, &created.task.queue);
            state.notifier.changed(caller.tenant_id, [created.task.id]);
        }
        Ok(created)
    })
    .await
}

/// Asks whether the tenant has room for the tasks. One whose idempotency key was used before takes none: a client that did not
/// hear our answer must be able to ask again when the tenant is full, maybe by this very task. (It costs a statement, so it is
/// looked at only then.)
async fn admit(state: &AppState, caller: &Caller, new: &[Submission]) -> Result<(), ApiError> {
    let room_for =
        async |tasks: usize| state.access.admit_tasks(caller.tenant_id, u64::try_from(tasks).unwrap_or(u64::MAX)).await;
    let Err(refused) = room_for(new.len()).await else { return Ok(()) };
    let keys: Vec<_> = new.iter().filter_map(|task| task.idempotency_key().map(str::to_owned)).collect();
    if refused.code != Code::QuotaExceeded || keys.is_empty() {
        return Err(refused);
    }
    let used = task::by_idempotency_keys(&state.db, caller.tenant_id, keys).await?;
    match new.iter().filter(|task| !task.idempotency_key().is_some_and(|key| used.contains_key(key))).count() {
        0 => Ok(()),
        tasks if tasks == new.len() => Err(refused),
        tasks => room_for(tasks).await,
    }
}

/// What a batch became: all of its tasks in the request's order, or the ones that stand in its way.
pub type Batch = Result<Vec<Created<Head>>, Vec<RefusedTask>>;

/// Submits many tasks, all or none; a repeat of an idempotency key answers with the first task.
///
/// # Errors
/// `Unavailable` or `Internal` when the database fails.
pub async fn create_tasks(state: &AppState, caller: &Caller, batch: Batched) -> Result<Batch, ApiError> {
    admit(state, caller, batch.submissions()).await?;
    let (state, caller) = (state.clone(), caller.clone());
    detached(state.clone(), async move {
        // The refusal is no error here: it must not be tried again, and it is not `with_fresh_ids`'s to know.
        let created = with_fresh_ids(&state, || async {
            let tx = state.db.begin().await?;
            match task::create_many(&tx, &state.ids, &caller, &batch).await {
                Ok(created) => {
                    tx.commit().await?;
                    Ok(Ok(created))
                }
                Err(CreateManyError::Refused(refused)) => {
                    tx.rollback().await?;
                    Ok(Err(refused))
                }
                Err(CreateManyError::Database(error)) => Err(error.into()),
            }
        })
        .await?;
        if let Ok(created) = &created {
            let made = || created.iter().filter(|one| one.audit_id.is_some()).map(|one| &one.task);
            let queues: BTreeSet<_> = made().map(|task| task.queue.as_str()).collect();
            queues.into_iter().for_each(|queue| state.notifier.ready(caller.tenant_id, queue));
            state.notifier.changed(caller.tenant_id, made().map(|task| task.id));
        }
        Ok(created)
    })
    .await
}

/// Calls a task off; a worker that runs it is told.
///
/// # Errors
/// `NotFound`, `TaskStateConflict`, `PreconditionFailed`, `BadUserInput` (`reason`); `Unavailable` or `Internal` when the database fails.
pub async fn cancel_task(state: &AppState, caller: &Caller, id: Uuid, order: OperatorOrder) -> Result<Operated, ApiError> {
    operate(state, caller, id, order, Transition::Cancel).await
}

/// Gives a failed or cancelled task a new life.
///
/// # Errors
/// As [`cancel_task`].
pub async fn retry_task(state: &AppState, caller: &Caller, id: Uuid, order: OperatorOrder) -> Result<Operated, ApiError> {
    operate(state, caller, id, order, Transition::Retry).await
}

#[derive(Clone, Copy, Debug)]
enum Transition {
    Cancel,
    Retry,
}

async fn operate(
    state: &AppState,
    caller: &Caller,
    id: Uuid,
    order: OperatorOrder,
    transition: Transition,
) -> Result<Operated, ApiError> {
    check_reason(order.reason.as_deref())?;
    let (state, caller) = (state.clone(), caller.clone());
    detached(state.clone(), async move {
        let operated = with_fresh_ids(&state, || async {
            let tx = state.db.begin().await?;
            let reason = order.reason.as_deref();
            let (operation, operated) = match transition {
                Transition::Cancel => ("cancelTask", task::cancel(&tx, &state.ids, &caller, id, reason).await),
                Transition::Retry => ("retryTask", task::retry(&tx, &state.ids, &caller, id, reason).await),
            };
            let operated = noted(&state, &caller, operation, id, operated)?;
            // What is not committed has not happened. (Asked for afterwards, since a conflict goes before: RFC 9110, 13.2.1.)
            if !order.expected.allows(&operated) {
                return Ok(None);
            }
            tx.commit().await?;
            Ok(Some(operated))
        })
        .await?
        .ok_or_else(changed)?;
        match transition {
            Transition::Cancel => state.notifier.cancelled(caller.tenant_id, id),
            Transition::Retry => state.notifier.ready(caller.tenant_id, &operated.task.queue),
        }
        state.notifier.changed(caller.tenant_id, [id]);
        Ok(operated)
    })
    .await
}

/// A task that is not there for the caller goes into the trail of refusals.
fn noted<T>(
    state: &AppState,
    caller: &Caller,
    operation: &'static str,
    id: Uuid,
    outcome: Result<T, TaskError>,
) -> Result<T, TaskError> {
    if matches!(outcome, Err(TaskError::NotFound)) {
        state.access.not_found(caller, operation, id);
    }
    outcome
}

fn changed() -> ApiError {
    ApiError::new(Code::PreconditionFailed, "the task has changed since, or is not the one that is meant")
}

/// Runs a transition, once more when its ids were refused as stale. (A clock that was set, a machine that slept: the
/// database's clock is asked for and believed.)
async fn with_fresh_ids<T, F>(state: &AppState, transition: impl Fn() -> F) -> Result<T, ApiError>
where
    F: Future<Output = Result<T, TaskError>>,
{
    match transition().await {
        Err(TaskError::Database(error)) if ids::is_stale(&error) => {
            let off_ms = state.ids.sync(&state.db).await?;
            tracing::warn!(off_ms, "ids were stale, trying again");
            Ok(transition().await?)
        }
        outcome => Ok(outcome?),
    }
}

/// Runs to its end whatever becomes of the request.
async fn detached<T>(state: AppState, write: impl Future<Output = Result<T, ApiError>> + Send + 'static) -> Result<T, ApiError>
where
    T: Send + 'static,
{
    state.running.spawn(write.in_current_span()).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a write did not end well");
        Err(ApiError::internal())
    })
}

fn check_reason(reason: Option<&str>) -> Result<(), ApiError> {
    match reason {
        Some(text) if text.is_empty() || text.len() > MAX_REASON_BYTES || text.chars().any(char::is_control) => {
            let rule = format!("must be 1 to {MAX_REASON_BYTES} bytes without control characters");
            Err(ApiError::field(["reason"], rule))
        }
        _ => Ok(()),
    }
}
