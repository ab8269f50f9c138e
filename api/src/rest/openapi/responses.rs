//! What every operation may answer besides what its handler describes: the problems, and the headers of all answers.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::{ContentBuilder, Header, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Type};

use crate::error::Code;

/// Everybody's.
const ALWAYS: &[Code] = &[
    Code::BadUserInput,
    Code::Unauthenticated,
    Code::Forbidden,
    Code::NotAcceptable,
    Code::UriTooLong,
    Code::RateLimited,
    Code::Internal,
    Code::Unavailable,
];
/// Of a request with a body.
const BODY: &[Code] = &[Code::RequestTimeout, Code::PayloadTooLarge, Code::UnsupportedMediaType];
/// Of a task that is named by its id.
const TASK: &[Code] = &[Code::NotFound];
/// Of a list.
const LIST: &[Code] = &[Code::InvalidCursor];
/// Of a submission.
const CREATE: &[Code] = &[Code::ReferenceTaken, Code::IdempotencyKeyReused, Code::QuotaExceeded];
/// Of a change.
const CHANGE: &[Code] = &[Code::TaskStateConflict, Code::PreconditionFailed];

/// Of every answer; the last two where there is a limit.
const HEADERS: &[(&str, &str)] = &[
    ("X-Request-Id", "Under which the log tells more."),
    ("RateLimit-Policy", "The caller's points, and in how many seconds."),
    ("RateLimit", "How many of them are left, and in how many seconds all are there again."),
];

/// Adds them to an operation.
pub(super) fn complete(path: &str, operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    for (status, codes) in by_status(codes(path, operation.request_body.is_some(), has_cursor(operation.parameters.as_deref()))) {
        responses.insert(status.as_str().to_owned(), RefOr::T(problem(status, &codes)));
    }
    for response in responses.values_mut() {
        if let RefOr::T(response) = response {
            for (name, text) in HEADERS {
                response.headers.insert((*name).to_owned(), header(Type::String, text).into());
            }
        }
    }
}

fn has_cursor(parameters: Option<&[RefOr<Parameter>]>) -> bool {
    let is = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(parameter) if parameter.name == "cursor");
    parameters.is_some_and(|all| all.iter().any(is))
}

fn codes(path: &str, body: bool, list: bool) -> Vec<Code> {
    let named = path.contains("{id}");
    let when = |holds: bool, codes: &'static [Code]| if holds { codes } else { &[] };
    let groups = [
        ALWAYS,
        when(named, TASK),
        when(list, LIST),
        when(body, BODY),
        when(body && !named, CREATE),
        when(body && named, CHANGE),
    ];
    groups.concat()
}

fn by_status(codes: Vec<Code>) -> BTreeMap<StatusCode, Vec<Code>> {
    let mut all = BTreeMap::<_, Vec<_>>::new();
    for code in codes {
        all.entry(code.status()).or_default().push(code);
    }
    all
}

fn problem(status: StatusCode, codes: &[Code]) -> Response {
    let texts: Vec<_> = codes.iter().map(|code| format!("`{}`: {}", code.as_str(), code.meaning())).collect();
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let response = ResponseBuilder::new().description(texts.join(" ")).content("application/problem+json", content);
    let response = match status {
        StatusCode::UNAUTHORIZED => response.header("WWW-Authenticate", header(Type::String, "`Bearer`.")),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
            response.header("Retry-After", header(Type::Integer, "Seconds."))
        }
        _ => response,
    };
    response.build()
}

fn header(kind: Type, description: &str) -> Header {
    HeaderBuilder::new().schema(Some(ObjectBuilder::new().schema_type(kind))).description(Some(description)).build()
}
