//! `UserError`: outcomes that a mutation's caller should expect.

use async_graphql::{Enum, SimpleObject};

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
}

/// What kind of outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum UserErrorCode {
    /// A field breaks a rule of tasks.
    BadUserInput,
    /// There is no such task, or it is another tenant's.
    NotFound,
    /// The task's present state does not allow it; the message names the state.
    TaskStateConflict,
    /// The idempotency key was used before with another request.
    IdempotencyKeyReused,
    /// Another task of the tenant has this reference.
    ReferenceTaken,
}

/// A mutation's result: what was done, or why nothing was.
type Outcome<T> = Result<T, Vec<UserError>>;

/// Tells expected outcomes from errors.
///
/// # Errors
/// Whatever is not the caller's to expect: authentication, faults.
pub(crate) fn outcome<T>(result: Result<T, ApiError>) -> Result<Outcome<T>, ApiError> {
    let error = match result {
        Ok(done) => return Ok(Ok(done)),
        Err(error) => error,
    };
    let code = match error.code {
        Code::BadUserInput => UserErrorCode::BadUserInput,
        Code::NotFound => UserErrorCode::NotFound,
        Code::TaskStateConflict => UserErrorCode::TaskStateConflict,
        Code::IdempotencyKeyReused => UserErrorCode::IdempotencyKeyReused,
        Code::ReferenceTaken => UserErrorCode::ReferenceTaken,
        _ => return Err(error),
    };
    if !error.fields.is_empty() {
        let of_field = |f: crate::error::FieldError| {
            let message = format!("{} {}", f.path.join("."), f.rule);
            UserError { field: Some(path(f.path)), message, code }
        };
        return Ok(Err(error.fields.into_iter().map(of_field).collect()));
    }
    let field = match code {
        UserErrorCode::BadUserInput => None,
        UserErrorCode::NotFound | UserErrorCode::TaskStateConflict => Some("id"),
        UserErrorCode::IdempotencyKeyReused => Some("idempotencyKey"),
        UserErrorCode::ReferenceTaken => Some("reference"),
    };
    let field = field.map(|name| path(vec![name.to_owned()]));
    Ok(Err(vec![UserError { field, message: error.message, code }]))
}

fn path(mut names: Vec<String>) -> Vec<String> {
    names.insert(0, "input".to_owned());
    names
}
