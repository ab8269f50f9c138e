//! From the domain's errors to public ones.

use domain::access::AccessError;
use domain::task::{InvalidField, TaskError};
use sea_orm::{DbErr, RuntimeErr};
use sqlx::Error as SqlxError;

use super::{ApiError, Code, FieldError};

impl From<InvalidField> for FieldError {
    fn from(field: InvalidField) -> FieldError {
        FieldError { path: field.path, rule: field.rule }
    }
}

impl From<Vec<InvalidField>> for ApiError {
    fn from(fields: Vec<InvalidField>) -> ApiError {
        ApiError::invalid(fields.into_iter().map(FieldError::from).collect())
    }
}

impl From<TaskError> for ApiError {
    fn from(error: TaskError) -> ApiError {
        match error {
            TaskError::NotFound => ApiError::not_found(),
            TaskError::Conflict(status) => {
                ApiError { status: Some(status), ..ApiError::new(Code::TaskStateConflict, error.to_string()) }
            }
            TaskError::Invalid(fields) => fields.into(),
            TaskError::IdempotencyKeyReused => ApiError::new(Code::IdempotencyKeyReused, error.to_string()),
            TaskError::ReferenceTaken => ApiError::new(Code::ReferenceTaken, error.to_string()),
            TaskError::Database(error) => error.into(),
        }
    }
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> ApiError {
        match error {
            AccessError::NotFound(_) => ApiError::new(Code::NotFound, error.to_string()),
            AccessError::NameTaken => ApiError::new(Code::NameTaken, error.to_string()),
            AccessError::TooManyKeys | AccessError::Oneself | AccessError::Disabled(_) => {
                ApiError::new(Code::AccessConflict, error.to_string())
            }
            AccessError::Invalid { field, rule } => ApiError::field([field], rule),
            AccessError::Database(error) => error.into(),
        }
    }
}

impl From<DbErr> for ApiError {
    fn from(error: DbErr) -> ApiError {
        ApiError::of_database(&error)
    }
}

impl ApiError {
    /// The cause goes to the log, where the span names the request; the client learns whether repeating may help.
    pub(crate) fn of_database(error: &DbErr) -> ApiError {
        if may_pass(error) {
            tracing::warn!(%error, "database not available");
            ApiError::unavailable()
        } else {
            tracing::error!(%error, "database error");
            ApiError::internal()
        }
    }
}

/// Whether the same request may succeed later, with nothing changed about it or about this program.
fn may_pass(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        // What stood in the way of an insert was gone a moment later: see `domain::task::create`.
        DbErr::RecordNotInserted => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => sqlx_may_pass(error),
        _ => false,
    }
}

fn sqlx_may_pass(error: &SqlxError) -> bool {
    match error {
        SqlxError::Io(_) | SqlxError::Tls(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::WorkerCrashed => true,
        SqlxError::Database(error) => error.code().is_some_and(|code| state_may_pass(&code)),
        _ => false,
    }
}

/// By SQLSTATE: connection (08), resources such as a full disk (53), shutdown and failover (57P), a read-only standby
/// (25006), a time limit of ours (57014, 55P03, 25P03), a conflict with another transaction (40001, 40P01).
fn state_may_pass(code: &str) -> bool {
    matches!(&code.get(..2), Some("08" | "53"))
        || code.starts_with("57P")
        || matches!(code, "25006" | "57014" | "55P03" | "25P03" | "40001" | "40P01")
}

#[cfg(test)]
mod tests {
    use domain::TaskStatus;

    use super::*;

    #[test]
    fn every_refusal_of_the_domain_has_its_code() {
        let fields = vec![InvalidField::new(["payload", "url"], "must be a URL")];
        let cases = [
            (TaskError::NotFound, Code::NotFound, 404),
            (TaskError::Conflict(TaskStatus::Done), Code::TaskStateConflict, 409),
            (TaskError::Invalid(fields), Code::BadUserInput, 400),
            (TaskError::IdempotencyKeyReused, Code::IdempotencyKeyReused, 422),
            (TaskError::ReferenceTaken, Code::ReferenceTaken, 409),
            (TaskError::Database(DbErr::RecordNotUpdated), Code::Internal, 500),
            (TaskError::Database(DbErr::RecordNotInserted), Code::Unavailable, 503),
        ];
        for (error, code, status) in cases {
            let text = format!("{error:?}");
            let error = ApiError::from(error);
            assert_eq!((error.code, error.code.status().as_u16()), (code, status), "{text}");
        }
    }

    #[test]
    fn a_conflict_says_the_present_state_and_an_invalid_field_its_path_and_rule() {
        let conflict = ApiError::from(TaskError::Conflict(TaskStatus::Done));
        assert_eq!((conflict.status, conflict.message.as_str()), (Some(TaskStatus::Done), "the task is done"));
        let invalid = ApiError::from(vec![InvalidField::new(["payload", "url"], "must be a URL")]);
        assert_eq!(invalid.message, "payload.url must be a URL");
        assert_eq!(invalid.fields[0].path, ["payload", "url"]);
    }

    #[test]
    fn a_database_error_never_shows_its_text() {
        let secret = "INSERT INTO tasks: duplicate key tasks_reference";
        for error in [DbErr::Custom(secret.into()), DbErr::Conn(RuntimeErr::Internal(secret.into()))] {
            let error = ApiError::from(error);
            assert!(!format!("{error:?}").contains("tasks_reference"), "{error:?}");
        }
    }

    #[test]
    fn what_may_pass_is_told_from_what_stays_wrong() {
        for code in ["08006", "53100", "57P01", "57014", "25006", "40001", "40P01"] {
            assert!(state_may_pass(code), "{code}");
        }
        for code in ["42501", "23505", "22P02", "42P01", ""] {
            assert!(!state_may_pass(code), "{code}");
        }
    }
}
