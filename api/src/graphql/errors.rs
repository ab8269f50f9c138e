//! Errors as GraphQL clients see them: each with `extensions.code`, and nothing that was not meant for them.

use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use serde_json::json;

use crate::error::{ApiError, Code};

/// Longest message, in bytes.
const MAX_MESSAGE_BYTES: usize = 200;

/// An error of this code that belongs to no field.
pub(super) fn coded(code: Code, message: impl Into<String>) -> ServerError {
    let mut error = ServerError::new(message, None);
    set_code(&mut error, code);
    error
}

/// An operation that asks for more than one may.
pub(super) fn too_complex(points: usize, most: usize) -> ServerError {
    let message = format!("the operation costs {points} points, and one may cost {most}");
    let mut error = coded(Code::QueryTooComplex, message);
    for (name, number) in [("cost", points), ("limit", most)] {
        extensions(&mut error).set(name, number);
    }
    error
}

/// The parser shows the line it stumbled over, which may be all of the document. What it expected and where is enough.
pub(super) fn parse_failed(mut error: ServerError) -> ServerError {
    let expected = error.message.lines().rev().find_map(|line| line.trim_start().strip_prefix("= "));
    error.message = match expected {
        Some(expected) => format!("syntax error: {expected}"),
        None => format!("syntax error: {}", error.message),
    };
    set_code(&mut error, Code::GraphqlParseFailed);
    error
}

/// An error that ended a request before there was an answer, as the body of one.
pub(crate) fn body(error: &ApiError, request_id: &str) -> serde_json::Value {
    let errors = Errors { most: 1, request_id: Some(request_id.to_owned()) };
    json!({"errors": errors.refusal(error).errors})
}

/// The public code of an answer's first error.
pub(super) fn code_of(response: &Response) -> Option<Code> {
    let code = response.errors.first()?.extensions.as_ref()?.get("code")?;
    Code::ALL.iter().copied().find(|known| *code == Value::from(known.as_str()))
}

impl From<&ApiError> for ServerError {
    fn from(error: &ApiError) -> Self {
        let mut out = coded(error.code, error.message.clone());
        describe(&mut out, error);
        out
    }
}

/// Makes the errors of one request fit to be seen.
#[derive(Clone, Debug)]
pub(super) struct Errors {
    /// Most errors of an answer.
    pub(super) most: usize,
    /// The request, for those who look for its lines in the log.
    pub(super) request_id: Option<String>,
}

impl Errors {
    /// Ours as they are, the engine's words about the request with a code, everything else (a database's text, for one) as
    /// "internal error" with the cause in the log.
    pub(super) fn public(&self, mut response: Response) -> Response {
        response.errors.truncate(self.most);
        for error in &mut response.errors {
            if let Some(ours) = error.source::<ApiError>().cloned() {
                error.message.clone_from(&ours.message);
                describe(error, &ours);
            } else if error.source.is_some() {
                tracing::error!(error = %error.message, path = ?error.path, "an error that no client may see");
                ApiError::internal().message.clone_into(&mut error.message);
                set_code(error, Code::Internal);
            } else if error.extensions.as_ref().is_none_or(|e| e.get("code").is_none()) {
                let code = engine_code(error);
                set_code(error, code);
            }
            error.message = domain::text::clean(&error.message, MAX_MESSAGE_BYTES);
            self.name_request(error);
        }
        response
    }

    /// The answer to a request that is not executed.
    pub(super) fn refusal(&self, error: impl Into<ServerError>) -> Response {
        self.public(Response::from_errors(vec![error.into()]))
    }

    /// The answer to a request that ended in a panic. The panic hook has logged where it happened.
    pub(super) fn panicked(&self) -> Response {
        tracing::error!("a resolver panicked");
        self.refusal(&ApiError::internal())
    }

    /// The answer to a request that takes too long.
    pub(super) fn given_up(&self) -> Response {
        tracing::warn!("an operation took too long and was given up");
        self.refusal(&ApiError::unavailable())
    }

    /// With what is ours to explain, the request's id: the log says under it what went wrong.
    fn name_request(&self, error: &mut ServerError) {
        if let (Some(extensions), Some(id)) = (&mut error.extensions, &self.request_id)
            && [Code::Internal, Code::Unavailable].iter().any(|ours| extensions.get("code") == Some(&ours.as_str().into()))
        {
            extensions.set("requestId", id.as_str());
        }
    }
}

/// What the engine means: it has words only.
fn engine_code(error: &ServerError) -> Code {
    match error.message.as_str() {
        "Query is nested too deep." => Code::QueryTooDeep,
        // Before execution errors have no path: they are about the document. During it they are about an argument's value.
        _ if error.path.is_empty() => Code::GraphqlValidationFailed,
        _ => Code::BadUserInput,
    }
}

fn describe(error: &mut ServerError, ours: &ApiError) {
    set_code(error, ours.code);
    let extensions = extensions(error);
    if !ours.fields.is_empty() {
        let fields: Vec<_> = ours.fields.iter().map(|f| json!({"path": f.path, "rule": f.rule})).collect();
        extensions.set("fields", Value::from_json(fields.into()).unwrap_or_default());
    }
    if let Some(wait) = ours.retry_after {
        extensions.set("retryAfter", wait.as_secs());
    }
}

fn set_code(error: &mut ServerError, code: Code) {
    extensions(error).set("code", code.as_str());
}

fn extensions(error: &mut ServerError) -> &mut ErrorExtensionValues {
    error.extensions.get_or_insert_with(ErrorExtensionValues::default)
}

#[cfg(test)]
mod tests {
    use async_graphql::{Error, Pos};

    use super::*;

    fn errors() -> Errors {
        Errors { most: 20, request_id: Some("r-1".into()) }
    }

    fn seen(error: Error) -> serde_json::Value {
        let response = errors().public(Response::from_errors(vec![error.into_server_error(Pos::default())]));
        serde_json::to_value(&response.errors[0]).expect("json")
    }

    #[test]
    fn our_own_errors_are_shown_in_full() {
        let error = seen(ApiError::field(["first"], "must be from 1 to 100").into());
        assert_eq!(error["message"], "first must be from 1 to 100");
        let fields = json!([{"path": ["first"], "rule": "must be from 1 to 100"}]);
        assert_eq!(error["extensions"], json!({"code": "BAD_USER_INPUT", "fields": fields}));
    }

    #[test]
    fn any_other_error_is_masked() {
        let error = seen(sea_orm::DbErr::Custom("relation \"secrets\" does not exist".into()).into());
        assert_eq!(error["message"], "internal error");
        assert_eq!(error["extensions"], json!({"code": "INTERNAL", "requestId": "r-1"}));
        assert!(!error.to_string().contains("secrets"));
    }

    #[test]
    fn messages_and_their_number_are_bounded() {
        let long = Error::new("x".repeat(10_000)).into_server_error(Pos::default());
        let response = errors().public(Response::from_errors(vec![long; 1_000]));
        assert_eq!((response.errors.len(), response.errors[0].message.len()), (20, MAX_MESSAGE_BYTES));
    }
}
