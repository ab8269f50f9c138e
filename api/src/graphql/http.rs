//! GraphQL over HTTP: one POST, one JSON request, one answer.

use async_graphql::{Executor, Request, Response as Answer, Variables};
use axum::body::Bytes;
use axum::extract::{FromRequest, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use domain::audit::Caller;
use serde_json::Value;

use super::{GraphQl, sse};
use crate::error::{ApiError, Code};
use crate::limits;

/// Answers 200 to whatever was executed or failed to validate; a request that is none gets its status.
pub(super) async fn post(
    State(graphql): State<GraphQl>,
    Extension(caller): Extension<Caller>,
    request: axum::extract::Request,
) -> Result<Response, ApiError> {
    let events = sse::wanted(request.headers());
    let request = read(request).await?;
    if events {
        return Ok(sse::respond(&graphql, request.data(caller)));
    }
    let answer = graphql.executor.execute(request.data(caller)).await;
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((status(&answer), no_store, Json(answer)).into_response())
}

/// What the guard refused was not looked at: that is a bad request. Everything else the engine answers is 200.
fn status(answer: &Answer) -> StatusCode {
    let guarded = [Code::QueryTooLarge, Code::QueryTooDeep, Code::QueryTooComplex];
    let code = answer.errors.first().and_then(|e| e.extensions.as_ref()).and_then(|e| e.get("code"));
    let found = guarded.into_iter().find(|c| code == Some(&async_graphql::Value::from(c.as_str())));
    found.map_or(StatusCode::OK, Code::status)
}

async fn read(request: axum::extract::Request) -> Result<Request, ApiError> {
    check_content_type(request.headers())?;
    let body = Bytes::from_request(request, &()).await.map_err(|rejection| match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(Code::PayloadTooLarge, "the body is too large"),
        _ => ApiError::new(Code::BadUserInput, "the body could not be read"),
    })?;
    parse(&body)
}

/// `application/json`, in UTF-8 and not compressed. Browsers send anything else across origins without asking first.
fn check_content_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (media_type, parameters) = match text(header::CONTENT_TYPE).split_once(';') {
        Some((media_type, parameters)) => (media_type, parameters.trim()),
        None => (text(header::CONTENT_TYPE), ""),
    };
    let utf8 = parameters.is_empty() || parameters.replace('"', "").eq_ignore_ascii_case("charset=utf-8");
    if !media_type.trim().eq_ignore_ascii_case("application/json") || !utf8 || headers.contains_key(header::CONTENT_ENCODING) {
        return Err(ApiError::new(Code::UnsupportedMediaType, "the body must be application/json in UTF-8, not compressed"));
    }
    Ok(())
}

/// The shape of a request: an object of `query` (text), `operationName` (text), `variables` and `extensions` (objects).
fn parse(body: &[u8]) -> Result<Request, ApiError> {
    let bad = |message: &str| ApiError::new(Code::BadUserInput, message);
    // Some clients send a byte order mark; RFC 8259 lets us ignore it.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    limits::check_json(body)?;
    let mut fields = match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => fields,
        Ok(Value::Array(_)) => return Err(ApiError::new(Code::BatchingDisabled, "send one request at a time, not an array")),
        Ok(_) => return Err(bad("the body must be a JSON object")),
        Err(_) => return Err(bad("the body is no JSON")),
    };
    let Some(Value::String(query)) = fields.remove("query") else {
        return Err(bad("query must be given as a string"));
    };
    let mut request = Request::new(query);
    request.operation_name = match fields.remove("operationName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name),
        Some(_) => return Err(bad("operationName must be a string")),
    };
    request.variables = match fields.remove("variables") {
        None | Some(Value::Null) => Variables::default(),
        Some(variables @ Value::Object(_)) => Variables::from_json(variables),
        Some(_) => return Err(bad("variables must be an object")),
    };
    match fields.remove("extensions") {
        None | Some(Value::Null | Value::Object(_)) => Ok(request),
        Some(_) => Err(bad("extensions must be an object")),
    }
}

#[cfg(test)]
mod tests;
