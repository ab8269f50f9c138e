//! From an outcome to a status and a body: the one place that knows both.

use async_graphql::{Response as Answer, Value};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Media;
use crate::error::Code;

/// An answer with its status and headers.
pub(crate) fn write(answer: &Answer, media: Media) -> Response {
    let headers = [(header::CONTENT_TYPE, media.content_type()), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status(answer, media), headers, body(answer).to_string()).into_response()
}

/// The body; without `data` when the execution never began (GraphQL specification, 7.1).
pub(crate) fn body(answer: &Answer) -> serde_json::Value {
    if began(answer) { json!(answer) } else { json!({"errors": answer.errors}) }
}

/// Whether the execution began. Every field at the root of a query or a mutation may be null, so what was executed has an
/// object for `data`, and what a subscription's field failed with has that field's path.
pub(crate) fn began(answer: &Answer) -> bool {
    answer.data != Value::Null || answer.errors.iter().any(|error| !error.path.is_empty())
}

/// | outcome | `application/graphql-response+json` | `application/json` |
/// |---|---|---|
/// | executed, with or without errors | 200 | 200 |
/// | refused by a limit | 400, 413 | 400, 413 |
/// | no GraphQL, not of this schema, no such operation, variables missing | 400 | 200 |
/// | a fault of ours, busy | 500, 503 | 500, 503 |
///
/// The statuses are those that the audits of the npm package `graphql-http` ask for; 200 for what was refused is what
/// clients of before the specification expect. (A later draft of it wants 422 and 294.)
fn status(answer: &Answer, media: Media) -> StatusCode {
    if began(answer) {
        return StatusCode::OK;
    }
    let code = answer.errors.first().and_then(|error| error.extensions.as_ref()).and_then(|extensions| extensions.get("code"));
    let code = Code::ALL.iter().copied().find(|known| code == Some(&Value::from(known.as_str())));
    match (code, media) {
        (Some(Code::QueryTooLarge | Code::QueryTooDeep | Code::QueryTooComplex | Code::Internal | Code::Unavailable), _) => {
            code.unwrap_or(Code::Internal).status()
        }
        (_, Media::Json) => StatusCode::OK,
        _ => StatusCode::BAD_REQUEST,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{PathSegment, ServerError};

    use super::*;
    use crate::graphql::errors::coded;

    #[test]
    fn what_never_began_has_no_data_and_a_status_of_its_own() {
        for (code, json_status, graphql_status) in [
            (Code::GraphqlParseFailed, 200, 400),
            (Code::GraphqlValidationFailed, 200, 400),
            (Code::BadUserInput, 200, 400),
            (Code::QueryTooDeep, 400, 400),
            (Code::QueryTooComplex, 400, 400),
            (Code::QueryTooLarge, 413, 413),
            (Code::Internal, 500, 500),
        ] {
            let answer = Answer::from_errors(vec![coded(code, "x")]);
            assert_eq!(status(&answer, Media::Json), json_status, "{code:?}");
            assert_eq!(status(&answer, Media::GraphqlResponse), graphql_status, "{code:?}");
            assert_eq!(body(&answer).get("data"), None);
        }
    }

    #[test]
    fn what_began_is_200_and_has_data() {
        let failed = ServerError { path: vec![PathSegment::Field("a".into())], ..coded(Code::Internal, "x") };
        for answer in [Answer::new(Value::Object(async_graphql::indexmap::IndexMap::new())), Answer::from_errors(vec![failed])] {
            assert_eq!(status(&answer, Media::GraphqlResponse), 200);
            assert!(body(&answer).get("data").is_some());
        }
    }
}
