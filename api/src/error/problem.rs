//! Errors over HTTP: RFC 9457 `application/problem+json`, and at `/graphql` a GraphQL answer.
//!
//! A handler's error travels as a response that carries the [`ApiError`]; [`render`] writes the body, where it also knows
//! the request's id. What the framework answers by itself (an unknown path, a body over the limit, a panic) becomes a
//! problem there too.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{ApiError, Code, FieldError};
use crate::graphql;
use crate::metrics::Metrics;
use crate::request_id::RequestContext;

const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.code.status(), Extension(self)).into_response()
    }
}

/// How errors of a request are written.
#[derive(Clone, Debug)]
pub(crate) enum Media {
    Problem,
    /// As a GraphQL answer of this media type.
    Graphql(HeaderValue),
}

/// How the errors of this request are written.
pub(crate) fn media(request: &Request) -> Media {
    match request.uri().path() {
        graphql::PATH => Media::Graphql(graphql::error_media(request.headers())),
        _ => Media::Problem,
    }
}

/// Writes the body of every error that has none of ours yet.
pub(crate) async fn render(
    State(metrics): State<Metrics>,
    Extension(context): Extension<RequestContext>,
    request: Request,
    next: Next,
) -> Response {
    let media = media(&request);
    let mut response = next.run(request).await;
    let status = response.status();
    let error = match response.extensions_mut().remove::<ApiError>() {
        Some(error) => error,
        None if (status.is_client_error() || status.is_server_error()) && !is_json(&response) => {
            if status == StatusCode::INTERNAL_SERVER_ERROR {
                tracing::error!("a handler could not be called, or answered 500 by itself");
            }
            of_status(status)
        }
        None => return response,
    };
    metrics.failed(error.code);
    written(response, &error, media, &context)
}

/// A response with the body of this error, and the headers that go with it.
pub(crate) fn written(response: Response, error: &ApiError, media: Media, context: &RequestContext) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match error.code {
        Code::Unauthenticated => {
            parts.headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Code::Unavailable | Code::QuotaExceeded => {
            parts.headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        _ => {}
    }
    if let Some(wait) = error.retry_after {
        parts.headers.insert(header::RETRY_AFTER, wait.as_secs().into());
    }
    let (content_type, body) = match media {
        Media::Graphql(content_type) => (content_type, graphql::errors::body(error, &context.request_id)),
        Media::Problem => (PROBLEM, body(error, parts.status, &context.request_id)),
    };
    parts.headers.insert(header::CONTENT_TYPE, content_type);
    Response::from_parts(parts, Body::from(body.to_string()))
}

fn body(error: &ApiError, status: StatusCode, request_id: &str) -> Value {
    let mut problem = json!({
        "type": format!("urn:ctap:problem:{}", error.code.as_str().to_lowercase().replace('_', "-")),
        "title": title(error.code),
        "status": status.as_u16(),
        "code": error.code.as_str(),
        "detail": error.message,
        "instance": format!("urn:ctap:request:{request_id}"),
        "requestId": request_id,
    });
    if !error.fields.is_empty() {
        problem["errors"] = error.fields.iter().map(field).collect();
    }
    if let Some(task_status) = &error.status {
        problem["taskStatus"] = json!(crate::rest::Status::from(*task_status));
    }
    problem
}

/// The path as a JSON pointer (RFC 6901).
fn field(field: &FieldError) -> Value {
    let pointer: String = field.path.iter().map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1"))).collect();
    json!({ "pointer": pointer, "detail": field.rule })
}

/// The same for every problem of a code (RFC 9457, 3.1.4).
fn title(code: Code) -> String {
    let words = code.as_str().to_lowercase().replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn is_json(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|text| text.starts_with("application/") && text.contains("json"))
}

/// What the framework means by a status of its own.
pub(crate) fn of_status(status: StatusCode) -> ApiError {
    let (code, message) = match status {
        StatusCode::NOT_FOUND => (Code::NotFound, "there is nothing at this path"),
        StatusCode::METHOD_NOT_ALLOWED => (Code::MethodNotAllowed, "this path does not take this method"),
        StatusCode::NOT_ACCEPTABLE => (Code::NotAcceptable, "the answer cannot be had in that media type"),
        StatusCode::FORBIDDEN => (Code::OriginNotAllowed, "a page of this origin may not do this"),
        StatusCode::PRECONDITION_FAILED => (Code::PreconditionFailed, "the task is at another version"),
        StatusCode::URI_TOO_LONG => (Code::UriTooLong, "the address is too long"),
        StatusCode::PAYLOAD_TOO_LARGE => (Code::PayloadTooLarge, "the body is too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (Code::UnsupportedMediaType, "the content type must be application/json"),
        StatusCode::UPGRADE_REQUIRED => (Code::UpgradeRequired, "this path speaks websocket"),
        StatusCode::REQUEST_TIMEOUT => (Code::RequestTimeout, "the request took too long to arrive"),
        StatusCode::SERVICE_UNAVAILABLE => return ApiError::unavailable(),
        status if status.is_client_error() => (Code::BadUserInput, "the request is malformed"),
        _ => return ApiError::internal(),
    };
    ApiError::new(code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_code_request_and_fields() {
        let error = ApiError::field(["payload", "a/b"], "must be a URL");
        let body = body(&error, StatusCode::BAD_REQUEST, "r-1");
        assert_eq!(
            body,
            json!({
                "type": "urn:ctap:problem:bad-user-input", "title": "Bad user input", "status": 400,
                "code": "BAD_USER_INPUT", "detail": "payload.a/b must be a URL", "instance": "urn:ctap:request:r-1",
                "requestId": "r-1", "errors": [{"pointer": "/payload/a~1b", "detail": "must be a URL"}],
            })
        );
    }

    #[test]
    fn every_status_of_a_code_means_that_code_or_a_broader_one() {
        for code in Code::ALL {
            assert_eq!(of_status(code.status()).code.status().is_server_error(), code.status().is_server_error(), "{code:?}");
        }
    }
}
