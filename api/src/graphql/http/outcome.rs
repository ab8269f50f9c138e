//! From an outcome to a status and a body: the one place that knows both.

use async_graphql::{Response as Answer, ServerError};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Media;
use crate::graphql::executor::{Answered, Outcome};

/// An answer with its status and headers.
pub(super) fn write(answered: &Answered, media: Media) -> Response {
    let headers = [(header::CONTENT_TYPE, media.content_type()), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    let mut response = (status(answered.outcome, media), headers, body(answered)).into_response();
    if let Some(seconds) = retry_after(&answered.response) {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// Seconds to wait, where an error says so.
fn retry_after(answer: &Answer) -> Option<u64> {
    match answer.errors.first()?.extensions.as_ref()?.get("retryAfter")? {
        async_graphql::Value::Number(seconds) => seconds.as_u64(),
        _ => None,
    }
}

/// | outcome | `application/graphql-response+json` | `application/json` |
/// |---|---|---|
/// | executed, with or without errors | 200 | 200 |
/// | no GraphQL, not of this schema, variables missing or wrong | 400 | 200 |
/// | refused by a limit or a rule of ours, a fault of ours | the code's | the code's |
///
/// The statuses are those that the audits of the npm package `graphql-http` ask for; 200 for what is invalid is what
/// clients of before the specification expect. (A later draft of it wants 422 and 294.)
fn status(outcome: Outcome, media: Media) -> StatusCode {
    match (outcome, media) {
        (Outcome::Executed, _) | (Outcome::Invalid, Media::Json) => StatusCode::OK,
        (Outcome::Invalid, Media::GraphqlResponse) => StatusCode::BAD_REQUEST,
        (Outcome::Refused(code), _) => code.status(),
    }
}

/// Without `data` when the execution never began (GraphQL specification, 7.1). Written as it is: a tree of the whole answer
/// would take many times its length.
fn body(answered: &Answered) -> String {
    shown(&answered.response, answered.outcome == Outcome::Executed)
}

fn shown(answer: &Answer, with_data: bool) -> String {
    let text = if with_data { serde_json::to_string(answer) } else { serde_json::to_string(&Errors { errors: &answer.errors }) };
    // Fails for no answer: all names are strings.
    text.unwrap_or_default()
}

/// An answer to what was not executed.
#[derive(Serialize)]
struct Errors<'a> {
    errors: &'a [ServerError],
}

/// The body of one event of a stream. There is no outcome of its own for each; but the engine's errors about a document
/// have no path, and those of a field have.
pub(crate) fn event(answer: &Answer) -> String {
    let null = answer.data == async_graphql::Value::Null;
    shown(answer, !null || answer.errors.iter().any(|error| !error.path.is_empty()))
}

#[cfg(test)]
mod tests {
    use async_graphql::Value as GraphqlValue;
    use serde_json::{Value, json};

    use super::*;
    use crate::error::Code;
    use crate::graphql::errors::coded;

    #[test]
    fn each_outcome_has_one_status_per_media_type() {
        for (outcome, json_status, graphql_status) in [
            (Outcome::Executed, 200, 200),
            (Outcome::Invalid, 200, 400),
            (Outcome::Refused(Code::GraphqlValidationFailed), 400, 400),
            (Outcome::Refused(Code::BadUserInput), 400, 400),
            (Outcome::Refused(Code::QueryTooDeep), 400, 400),
            (Outcome::Refused(Code::QueryTooLarge), 413, 413),
            (Outcome::Refused(Code::Internal), 500, 500),
        ] {
            assert_eq!(status(outcome, Media::Json), json_status, "{outcome:?}");
            assert_eq!(status(outcome, Media::GraphqlResponse), graphql_status, "{outcome:?}");
        }
    }

    #[test]
    fn only_what_was_executed_has_data() {
        let failed = || Answer::from_errors(vec![coded(Code::BadUserInput, "x")]);
        let executed = Answered { response: failed(), outcome: Outcome::Executed };
        let body = |answered: &Answered| serde_json::from_str::<Value>(&body(answered)).expect("json");
        assert_eq!(body(&executed).get("data"), Some(&Value::Null));
        for outcome in [Outcome::Invalid, Outcome::Refused(Code::QueryTooDeep)] {
            assert_eq!(body(&Answered { response: failed(), outcome }).get("data"), None);
        }
        let whole = Answered { response: Answer::new(GraphqlValue::from(1)), outcome: Outcome::Executed };
        assert_eq!(body(&whole), json!({"data": 1}));
    }
}
