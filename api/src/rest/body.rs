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

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<JsonBody, ApiError> {
        // A form or plain text could be sent by any web page without asking; JSON cannot.
        if !is_json(request.headers()) {
            return Err(ApiError::new(Code::UnsupportedMediaType, "the content type must be application/json"));
        }
        let bytes = match timeout(LIMIT, Bytes::from_request(request, state)).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                return Err(ApiError::new(Code::PayloadTooLarge, "the body is too large"));
            }
            Ok(Err(_)) => return Err(ApiError::new(Code::BadUserInput, "the body did not arrive whole")),
            Err(_) => return Err(ApiError::new(Code::RequestTimeout, "the body took too long to arrive")),
        };
        json::parse(&bytes).map(JsonBody)
    }
}

/// `application/json`, with or without parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}
