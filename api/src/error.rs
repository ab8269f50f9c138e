//! What a client is told when something is wrong: one list of public codes for GraphQL and REST, and the one place that
//! maps the domain's errors to it.

mod code;
mod from;
pub(crate) mod problem;

use std::time::Duration;

use domain::TaskStatus;

pub use self::code::{Code, reference};

/// Most fields of one error.
const MAX_FIELDS: usize = 20;
/// Longest name in a field's path, in bytes.
const MAX_NAME_BYTES: usize = 64;

/// A field that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Names from the input's root (`["payload", "url"]`).
    pub path: Vec<String>,
    /// The rule, to be read after the path ("must be ...").
    pub rule: String,
}

/// An error as clients see it: no SQL, no type names, no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// What kind of error.
    pub code: Code,
    /// One sentence for people.
    pub message: String,
    /// Which fields, for [`Code::BadUserInput`].
    pub fields: Vec<FieldError>,
    /// The task's present state, for [`Code::TaskStateConflict`].
    pub status: Option<TaskStatus>,
    /// How long to wait before the request is repeated.
    pub retry_after: Option<Duration>,
}

impl ApiError {
    /// An error of this code.
    pub fn new(code: Code, message: impl Into<String>) -> ApiError {
        ApiError { code, message: message.into(), fields: Vec::new(), status: None, retry_after: None }
    }

    /// One field that breaks a rule; `rule` is read after the path ("must be ...").
    pub fn field<'a>(path: impl IntoIterator<Item = &'a str>, rule: impl Into<String>) -> ApiError {
        let path: Vec<_> = path.into_iter().map(str::to_owned).collect();
        ApiError::invalid(vec![FieldError { path, rule: rule.into() }])
    }

    /// Several fields that break rules; the first 20 are named.
    #[must_use]
    pub fn invalid(mut fields: Vec<FieldError>) -> ApiError {
        // A name may be the client's own invention: neither its length nor how many there are may swell the answer.
        fields.truncate(MAX_FIELDS);
        for name in fields.iter_mut().flat_map(|field| &mut field.path) {
            *name = domain::text::clean(name, MAX_NAME_BYTES);
        }
        let message = match fields.as_slice() {
            [field] if field.path.is_empty() => field.rule.clone(),
            [field] => format!("{} {}", field.path.join("."), field.rule),
            fields => format!("{} fields break a rule", fields.len()),
        };
        ApiError { code: Code::BadUserInput, message, fields, status: None, retry_after: None }
    }

    /// The same answer for no, junk, unknown, wrong, expired, revoked and disabled credentials.
    #[must_use]
    pub fn unauthenticated() -> ApiError {
        ApiError::new(Code::Unauthenticated, "valid credentials are required: Authorization: Bearer <key>")
    }

    /// The credentials lack a scope.
    #[must_use]
    pub fn forbidden(scope: &str) -> ApiError {
        ApiError::new(Code::Forbidden, format!("this needs the scope {scope}"))
    }

    /// The same request may be made after this time.
    #[must_use]
    pub fn rate_limited(wait: Duration) -> ApiError {
        // Whole seconds, as `Retry-After` has them, and never none.
        let wait = Duration::from_secs((wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1));
        let error = ApiError::new(Code::RateLimited, format!("too many requests: wait for {} s", wait.as_secs()));
        ApiError { retry_after: Some(wait), ..error }
    }

    /// The same answer for what does not exist and for what is another tenant's.
    #[must_use]
    pub fn not_found() -> ApiError {
        ApiError::new(Code::NotFound, "no such task")
    }

    /// Something is wrong with us. The cause belongs in the log, never in the answer.
    #[must_use]
    pub fn internal() -> ApiError {
        ApiError::new(Code::Internal, "internal error")
    }

    /// The request may be repeated later.
    #[must_use]
    pub fn unavailable() -> ApiError {
        ApiError::new(Code::Unavailable, "the service is not available at the moment, try again")
    }
}
