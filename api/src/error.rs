//! What a client is told when something is wrong: one list of public codes for GraphQL and REST, and the one place that
//! maps the domain's errors to it.

mod from;
pub(crate) mod problem;

use axum::http::StatusCode;
use domain::TaskStatus;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:ident;)*) => {
        /// The public codes: `extensions.code` in GraphQL, `code` of a problem in REST.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// As clients see it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text,)* }
            }

            /// The HTTP status of a REST answer with this code.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Code::$variant => StatusCode::$status,)* }
            }
        }
    };
}

codes! {
    /// The request breaks a rule; the fields say which.
    BadUserInput = "BAD_USER_INPUT", BAD_REQUEST;
    /// No valid credentials came with the request.
    Unauthenticated = "UNAUTHENTICATED", UNAUTHORIZED;
    /// A web page of another origin than those allowed.
    OriginNotAllowed = "ORIGIN_NOT_ALLOWED", FORBIDDEN;
    /// There is no such thing, or it is another tenant's.
    NotFound = "NOT_FOUND", NOT_FOUND;
    /// The path is right, the method is not.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", METHOD_NOT_ALLOWED;
    /// The answer cannot be had in a media type that the client accepts.
    NotAcceptable = "NOT_ACCEPTABLE", NOT_ACCEPTABLE;
    /// The client sent its request too slowly.
    RequestTimeout = "REQUEST_TIMEOUT", REQUEST_TIMEOUT;
    /// The task is not in a state the operation leaves from.
    TaskStateConflict = "TASK_STATE_CONFLICT", CONFLICT;
    /// Another task of the tenant has this reference.
    ReferenceTaken = "REFERENCE_TAKEN", CONFLICT;
    /// The idempotency key was used before with another request.
    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED", UNPROCESSABLE_ENTITY;
    /// The cursor is none of ours, or of another list.
    InvalidCursor = "INVALID_CURSOR", BAD_REQUEST;
    /// The cursor is too old, or of another database cluster: read the list again.
    CursorExpired = "CURSOR_EXPIRED", GONE;
    /// The document is no GraphQL.
    GraphqlParseFailed = "GRAPHQL_PARSE_FAILED", BAD_REQUEST;
    /// The document does not fit the schema.
    GraphqlValidationFailed = "GRAPHQL_VALIDATION_FAILED", BAD_REQUEST;
    /// The document is nested too deeply.
    QueryTooDeep = "QUERY_TOO_DEEP", BAD_REQUEST;
    /// The document asks for too much.
    QueryTooComplex = "QUERY_TOO_COMPLEX", BAD_REQUEST;
    /// The document is too long.
    QueryTooLarge = "QUERY_TOO_LARGE", PAYLOAD_TOO_LARGE;
    /// Several GraphQL requests came in one body.
    BatchingDisabled = "BATCHING_DISABLED", BAD_REQUEST;
    /// As many operations run on the websocket as may; the operation was not begun, the others go on.
    TooManyOperations = "TOO_MANY_OPERATIONS", TOO_MANY_REQUESTS;
    /// The body is too large, or its JSON has too many values.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE", PAYLOAD_TOO_LARGE;
    /// The body is not JSON by its content type.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", UNSUPPORTED_MEDIA_TYPE;
    /// The path speaks websocket only with this method.
    UpgradeRequired = "UPGRADE_REQUIRED", UPGRADE_REQUIRED;
    /// Nothing is wrong with the request; repeat it later.
    Unavailable = "UNAVAILABLE", SERVICE_UNAVAILABLE;
    /// Something is wrong with us; the log of the request id says what.
    Internal = "INTERNAL", INTERNAL_SERVER_ERROR;
}

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
}

impl ApiError {
    /// An error of this code.
    pub fn new(code: Code, message: impl Into<String>) -> ApiError {
        ApiError { code, message: message.into(), fields: Vec::new(), status: None }
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
        ApiError { code: Code::BadUserInput, message, fields, status: None }
    }

    /// The same answer for no, junk, unknown, wrong, expired, revoked and disabled credentials.
    #[must_use]
    pub fn unauthenticated() -> ApiError {
        ApiError::new(Code::Unauthenticated, "a valid API key is required: Authorization: Bearer <key>")
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
