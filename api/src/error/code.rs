//! The public codes, the same for GraphQL and REST; `docs/ERRORS.md` is made from them.

use std::fmt::Write;

use axum::http::StatusCode;

macro_rules! codes {
    ($($(#[doc = $meaning:literal])* $variant:ident = $text:literal, $status:ident, $seen:literal, $advice:literal;)*) => {
        /// The public codes: `extensions.code` in GraphQL, `code` of a problem in REST.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[doc = $meaning])* $variant,)* }

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

            /// What it says about the request.
            pub(crate) fn meaning(self) -> &'static str {
                match self { $(Code::$variant => concat!($($meaning),*).trim_ascii(),)* }
            }

            /// Who can be answered with it.
            fn seen(self) -> &'static str {
                match self { $(Code::$variant => $seen,)* }
            }

            /// What a client should do.
            fn advice(self) -> &'static str {
                match self { $(Code::$variant => $advice,)* }
            }
        }
    };
}

codes! {
    /// The request breaks a rule; the fields say which.
    BadUserInput = "BAD_USER_INPUT", BAD_REQUEST, "REST, GraphQL, `userErrors`",
        "Correct the fields that are named; the same request fails again.";
    /// No valid credentials came with the request.
    Unauthenticated = "UNAUTHENTICATED", UNAUTHORIZED, "REST, GraphQL",
        "Send `Authorization: Bearer <key>` once, with a key that is neither revoked nor expired.";
    /// The credentials are good, but not for this.
    Forbidden = "FORBIDDEN", FORBIDDEN, "REST, GraphQL",
        "Use a key with the scope that the message names, or have an administrator give it one.";
    /// A web page of another origin than those allowed.
    OriginNotAllowed = "ORIGIN_NOT_ALLOWED", FORBIDDEN, "websocket",
        "Have the operator add the page's origin to `ALLOWED_ORIGINS`.";
    /// There is no such thing, or it is another tenant's.
    NotFound = "NOT_FOUND", NOT_FOUND, "REST, GraphQL, `userErrors`", "Check the path and the id; do not repeat.";
    /// The path is right, the method is not.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", METHOD_NOT_ALLOWED, "REST, GraphQL", "Use a method that `Allow` names.";
    /// The answer cannot be had in a media type that the client accepts.
    NotAcceptable = "NOT_ACCEPTABLE", NOT_ACCEPTABLE, "REST, GraphQL", "Accept `application/json`.";
    /// The client sent its request too slowly.
    RequestTimeout = "REQUEST_TIMEOUT", REQUEST_TIMEOUT, "REST, GraphQL", "Repeat; a body has 10 s to arrive.";
    /// The task is not in a state the operation leaves from.
    TaskStateConflict = "TASK_STATE_CONFLICT", CONFLICT, "REST, GraphQL, `userErrors`",
        "Look at the present state, which the error names, and decide anew.";
    /// Another task of the tenant has this reference.
    ReferenceTaken = "REFERENCE_TAKEN", CONFLICT, "REST, GraphQL, `userErrors`",
        "Find that task by its reference, or choose another one.";
    /// Another one has this name.
    NameTaken = "NAME_TAKEN", CONFLICT, "`userErrors`", "Choose another name.";
    /// The present state of the user, key or tenant does not allow it; the message says why.
    AccessConflict = "ACCESS_CONFLICT", CONFLICT, "`userErrors`", "Look at the present state and decide anew.";
    /// The cursor is too old, or of another database cluster: read the list again.
    CursorExpired = "CURSOR_EXPIRED", GONE, "GraphQL subscriptions", "Read the list again and subscribe from its `liveCursor`.";
    /// The task is at another version than `If-Match` names, or than `expectedVersion` is.
    PreconditionFailed = "PRECONDITION_FAILED", PRECONDITION_FAILED, "REST, `userErrors`", "Read the task again and decide anew.";
    /// The idempotency key was used before with another request.
    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED", UNPROCESSABLE_ENTITY, "REST, GraphQL, `userErrors`",
        "Use a new key for a new request, and the same one only to repeat a request unchanged.";
    /// The cursor is none of ours, or of another list.
    InvalidCursor = "INVALID_CURSOR", BAD_REQUEST, "REST, GraphQL", "Begin again without a cursor; keep filter and cursor together.";
    /// The document is no GraphQL.
    GraphqlParseFailed = "GRAPHQL_PARSE_FAILED", BAD_REQUEST, "GraphQL", "Correct the document.";
    /// The document does not fit the schema.
    GraphqlValidationFailed = "GRAPHQL_VALIDATION_FAILED", BAD_REQUEST, "GraphQL", "Correct the document by `schema.graphql`.";
    /// The document is nested too deeply.
    QueryTooDeep = "QUERY_TOO_DEEP", BAD_REQUEST, "GraphQL", "Ask for less depth at once.";
    /// The document asks for too much.
    QueryTooComplex = "QUERY_TOO_COMPLEX", BAD_REQUEST, "GraphQL", "Ask for shorter pages or fewer fields, in several requests.";
    /// The answer would have too much of payloads and results.
    AnswerTooLarge = "ANSWER_TOO_LARGE", BAD_REQUEST, "GraphQL",
        "Ask for shorter pages, or for `payload` and `result` where they are needed, in several requests.";
    /// The document is too long.
    QueryTooLarge = "QUERY_TOO_LARGE", PAYLOAD_TOO_LARGE, "GraphQL", "Shorten the document; put values into variables.";
    /// The document asks for the schema, which is not told here.
    IntrospectionDisabled = "INTROSPECTION_DISABLED", BAD_REQUEST, "GraphQL", "Read `schema.graphql` in the repository.";
    /// Several GraphQL requests came in one body.
    BatchingDisabled = "BATCHING_DISABLED", BAD_REQUEST, "GraphQL", "Send one request at a time, or several fields in one.";
    /// As many operations run on the websocket as may; the operation was not begun, the others go on.
    TooManyOperations = "TOO_MANY_OPERATIONS", TOO_MANY_REQUESTS, "websocket", "End another operation first.";
    /// As many websockets or subscriptions of the user are open as may be.
    TooManyConnections = "TOO_MANY_CONNECTIONS", TOO_MANY_REQUESTS, "websocket, GraphQL subscriptions",
        "Close another one first; many operations fit on one websocket.";
    /// More was asked for in a minute than one user may ask for, or too many refused credentials came from the address.
    RateLimited = "RATE_LIMITED", TOO_MANY_REQUESTS, "REST, GraphQL", "Wait for `Retry-After`; `RateLimit` says what is left.";
    /// The tenant has as many pending and running tasks as it may have.
    QuotaExceeded = "QUOTA_EXCEEDED", TOO_MANY_REQUESTS, "REST, GraphQL",
        "Wait for tasks to end, cancel some, or have the operator raise the tenant's limit.";
    /// The address is too long.
    UriTooLong = "URI_TOO_LONG", URI_TOO_LONG, "REST", "Shorten the query string; 8 KiB are read.";
    /// The body is too large, or its JSON has too many values.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE", PAYLOAD_TOO_LARGE, "REST, GraphQL", "Send less; a payload has at most 64 KiB.";
    /// The body is not JSON by its content type.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", UNSUPPORTED_MEDIA_TYPE, "REST, GraphQL",
        "Send `Content-Type: application/json`, in UTF-8 and not compressed.";
    /// The path speaks websocket only with this method.
    UpgradeRequired = "UPGRADE_REQUIRED", UPGRADE_REQUIRED, "websocket", "Upgrade with the subprotocol `graphql-transport-ws`.";
    /// Nothing is wrong with the request; repeat it later.
    Unavailable = "UNAVAILABLE", SERVICE_UNAVAILABLE, "REST, GraphQL",
        "Repeat after `Retry-After`, with growing pauses; a submission with its idempotency key.";
    /// Something is wrong with us; the log of the request id says what.
    Internal = "INTERNAL", INTERNAL_SERVER_ERROR, "REST, GraphQL", "Report the request id; repeating seldom helps.";
}

/// The list of all codes, as `docs/ERRORS.md` shows it.
#[must_use]
pub fn reference() -> String {
    let mut text = include_str!("reference.md").to_owned();
    text.push_str("\n| code | REST status | meaning | seen in | what to do |\n|---|---|---|---|---|\n");
    for code in Code::ALL {
        let (name, status, meaning, seen) = (code.as_str(), code.status().as_u16(), code.meaning(), code.seen());
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{name}` | {status} | {meaning} | {seen} | {} |", code.advice());
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_written_list_is_that_of_the_program() {
        let written = include_str!("../../../docs/ERRORS.md");
        assert!(written == reference(), "docs/ERRORS.md is out of date: cargo run -p api --bin errors -- docs/ERRORS.md");
    }

    #[test]
    fn every_code_is_documented_once_in_words_that_fit_a_table() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            for text in [code.meaning(), code.seen(), code.advice()] {
                assert!(!text.is_empty() && !text.contains(['|', '\n']), "{code:?}: {text}");
            }
        }
    }
}
