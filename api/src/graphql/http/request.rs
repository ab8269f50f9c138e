//! From a body to a GraphQL request.

use std::time::Duration;

use async_graphql::{Request, Variables};
use axum::body::Bytes;
use axum::extract::FromRequest;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::error::{ApiError, Code};
use crate::json;

/// A client has this long to send its body.
const BODY_LIMIT: Duration = Duration::from_secs(10);

/// Reads a POST.
///
/// # Errors
/// `UnsupportedMediaType`, `PayloadTooLarge`, `RequestTimeout`, `BatchingDisabled`, `BadUserInput`.
pub(super) async fn of_post(request: axum::extract::Request) -> Result<Request, ApiError> {
    check_content_type(request.headers())?;
    let body = match timeout(BODY_LIMIT, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => body,
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return Err(ApiError::new(Code::PayloadTooLarge, "the body is too large"));
        }
        Ok(Err(_)) => return Err(bad("the body did not arrive whole")),
        Err(_) => return Err(ApiError::new(Code::RequestTimeout, "the body took too long to arrive")),
    };
    of_body(&body)
}

/// `application/json`, in UTF-8 and not compressed. Browsers send anything else across origins without asking first.
fn check_content_type(headers: &HeaderMap) -> Result<(), ApiError> {
    // Of two headers neither is chosen: a proxy in front might have looked at the other.
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let text = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().unwrap_or_default(),
        _ => "",
    };
    let (media_type, parameters) = text.split_once(';').map_or((text, ""), |(name, parameters)| (name, parameters.trim()));
    let utf8 = parameters.is_empty() || parameters.replace('"', "").eq_ignore_ascii_case("charset=utf-8");
    if !media_type.trim().eq_ignore_ascii_case("application/json") || !utf8 || headers.contains_key(header::CONTENT_ENCODING) {
        return Err(ApiError::new(Code::UnsupportedMediaType, "the body must be application/json in UTF-8, not compressed"));
    }
    Ok(())
}

fn of_body(body: &[u8]) -> Result<Request, ApiError> {
    match json::parse(body)? {
        Value::Object(fields) => of_fields(fields),
        Value::Array(_) => Err(ApiError::new(Code::BatchingDisabled, "send one request at a time, not an array")),
        _ => Err(bad("the body must be a JSON object")),
    }
}

/// The shape of a request: `query` (text), `operationName` (text), `variables` and `extensions` (objects).
///
/// # Errors
/// `BadUserInput`
pub(super) fn of_fields(mut fields: Map<String, Value>) -> Result<Request, ApiError> {
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

pub(super) fn bad(message: &str) -> ApiError {
    ApiError::new(Code::BadUserInput, message)
}

#[cfg(test)]
mod tests;
