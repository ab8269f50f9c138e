//! A request's JSON body.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use tokio::time::timeout;

use crate::error::{ApiError, Code};
use crate::json;

/// A client has this long to send its body.
const LIMIT: Duration = Duration::from_secs(10);

/// Any JSON value, sent as `application/json`.
pub(super) struct JsonBody(pub(super) Value);

/// The same, or nothing at all; null is as good as that.
pub(super) struct OptionalJsonBody(pub(super) Option<Value>);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<JsonBody, ApiError> {
        check_type(request.headers())?;
        let bytes = read(request, state).await?;
        json::parse(&bytes).map(JsonBody)
    }
}

impl<S: Send + Sync> FromRequest<S> for OptionalJsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<OptionalJsonBody, ApiError> {
        // Of a body that is not there the type does not matter; many clients send none, or one of their own.
        let typed = check_type(request.headers());
        let bytes = read(request, state).await?;
        if bytes.is_empty() {
            return Ok(OptionalJsonBody(None));
        }
        typed?;
        json::parse(&bytes).map(|value| OptionalJsonBody(Some(value).filter(|value| !value.is_null())))
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    match timeout(LIMIT, Bytes::from_request(request, state)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(ApiError::new(Code::PayloadTooLarge, "the body is too large"))
        }
        Ok(Err(_)) => Err(ApiError::new(Code::BadUserInput, "the body did not arrive whole")),
        Err(_) => Err(ApiError::new(Code::RequestTimeout, "the body took too long to arrive")),
    }
}

/// A form or plain text could be sent by any web page without asking; JSON cannot. (Of its parameters only UTF-8 is taken.)
fn check_type(headers: &HeaderMap) -> Result<(), ApiError> {
    if is_json(headers) && !headers.contains_key(header::CONTENT_ENCODING) {
        return Ok(());
    }
    let message = "the content type must be application/json, in UTF-8 and not compressed";
    Err(ApiError::new(Code::UnsupportedMediaType, message))
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let mut parts = value.to_str().unwrap_or_default().split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let charset = parts.filter_map(|parameter| parameter.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("charset"));
    essence.eq_ignore_ascii_case("application/json")
        && charset.is_none_or(|(_, charset)| charset.trim_matches('"').eq_ignore_ascii_case("utf-8"))
}
