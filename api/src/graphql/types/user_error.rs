//! `UserError`: outcomes that a mutation's caller should expect.

use async_graphql::{Enum, SimpleObject};

use super::TaskStatus;
use crate::error::{ApiError, Code};

/// Why a mutation did nothing.
#[derive(Debug, PartialEq, Eq, SimpleObject)]
pub(crate) struct UserError {
    /// Path of the argument it is about, from the mutation's arguments down (`["input", "payload", "url"]`); null when it
    /// is about none in particular.
    field: Option<Vec<String>>,
    /// For people.
    message: String,
    /// For programs.
    code: UserErrorCode,
    /// Of a `TASK_STATE_CONFLICT`: the task's present state.
    task_status: Option<TaskStatus>,
}

/// What kind of outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum UserErrorCode {
    /// A field breaks a rule of tasks.
    BadUserInput,
    /// There is no such thing, or it is another tenant's.
    NotFound,
    /// The task's present state, which is `taskStatus`, does not allow it.
    TaskStateConflict,
    /// The task is not at the version that was expected.
    PreconditionFailed,
    /// The idempotency key was used before with another request.
    IdempotencyKeyReused,
    /// Another task of the tenant has this reference.
    ReferenceTaken,
    /// Another tenant or user has this name.
    NameTaken,
    /// The present state of the tenant, user or key does not allow it; the message says why.
    AccessConflict,
}

/// A mutation's result: what was done, or why nothing was.
type Outcome<T> = Result<T, Vec<UserError>>;

/// Tells expected outcomes from errors.
///
/// # Errors
/// Whatever is not the caller's to expect: authentication, faults.
pub(crate) fn outcome<T>(result: Result<T, ApiError>) -> Result<Outcome<T>, ApiError> {
    match result {
        Ok(done) => Ok(Ok(done)),
        Err(error) => UserError::of(error).map(Err),
    }
}

impl UserError {
    /// # Errors
    /// The error itself when it is not the caller's to expect.
    pub(crate) fn of(error: ApiError) -> Result<Vec<UserError>, ApiError> {
        let code = match error.code {
            Code::BadUserInput => UserErrorCode::BadUserInput,
            Code::NotFound => UserErrorCode::NotFound,
            Code::TaskStateConflict => UserErrorCode::TaskStateConflict,
            Code::PreconditionFailed => UserErrorCode::PreconditionFailed,
            Code::IdempotencyKeyReused => UserErrorCode::IdempotencyKeyReused,
            Code::ReferenceTaken => UserErrorCode::ReferenceTaken,
            Code::NameTaken => UserErrorCode::NameTaken,
            Code::AccessConflict => UserErrorCode::AccessConflict,
            _ => return Err(error),
        };
        if !error.fields.is_empty() {
            let of_field = |f: crate::error::FieldError| {
                let message = format!("{} {}", f.path.join("."), f.rule);
                UserError { field: Some(path(f.path)), message, code, task_status: None }
            };
            return Ok(error.fields.into_iter().map(of_field).collect());
        }
        let field = match code {
            UserErrorCode::BadUserInput | UserErrorCode::AccessConflict => None,
            UserErrorCode::NameTaken => Some("name"),
            UserErrorCode::NotFound | UserErrorCode::TaskStateConflict => Some("id"),
            UserErrorCode::PreconditionFailed => Some("expectedVersion"),
            UserErrorCode::IdempotencyKeyReused => Some("idempotencyKey"),
            UserErrorCode::ReferenceTaken => Some("reference"),
        };
        let field = field.map(|name| path(vec![name.to_owned()]));
        Ok(vec![UserError { field, message: error.message, code, task_status: error.status.map(TaskStatus::from) }])
    }

    /// The same error about something further down: the path goes behind `input`.
    pub(crate) fn within(mut self, path: &[String]) -> Self {
        if let Some(field) = &mut self.field {
            field.splice(1..1, path.iter().cloned());
            self.message = format!("{}: {}", path.join("."), self.message);
        }
        self
    }

    /// Stands for `count` errors like this one about the list `field` that are not named.
    pub(crate) fn and_more(&self, field: &str, count: usize) -> Self {
        let message = format!("{field}: {count} more are not named");
        UserError { field: Some(path(vec![field.to_owned()])), message, code: self.code, task_status: None }
    }
}

fn path(mut names: Vec<String>) -> Vec<String> {
    names.insert(0, "input".to_owned());
    names
}
