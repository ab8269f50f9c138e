//! Why a transition asked for by a caller did not happen.

use entity::TaskStatus;
use sea_orm::DbErr;

use super::InvalidField;

/// Typed refusals; `api` maps each to its public code.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// No such task in the caller's tenant (another tenant's looks the same).
    #[error("no such task")]
    NotFound,
    /// The task is not in a state the transition leaves from.
    #[error("the task is {}", status_text(.0))]
    Conflict(TaskStatus),
    /// The submission breaks a rule.
    #[error("invalid input")]
    Invalid(Vec<InvalidField>),
    /// The key was used before with another submission.
    #[error("the idempotency key was used with another request")]
    IdempotencyKeyReused,
    /// Another task of the tenant has this reference.
    #[error("the reference is taken")]
    ReferenceTaken,
    /// The database failed; nothing was changed.
    #[error("database error")]
    Database(#[from] DbErr),
}

fn status_text(status: &TaskStatus) -> String {
    format!("{status:?}").to_lowercase()
}
