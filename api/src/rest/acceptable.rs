//! What no client that came this far may ask for: an answer in anything but JSON, an address beyond all measure.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::accept::Accept;
use crate::error::{ApiError, Code};

/// Longest path and query, in bytes. The longest that means anything has a cursor and three filters of 255 characters,
/// each of which may be twelve bytes as it is written there.
const MAX_ADDRESS_BYTES: usize = 8 * 1024;

/// 414 before anything else is looked at.
pub(super) async fn address(request: Request, next: Next) -> Response {
    if request.uri().path_and_query().is_some_and(|address| address.as_str().len() > MAX_ADDRESS_BYTES) {
        return ApiError::new(Code::UriTooLong, format!("the address must be at most {MAX_ADDRESS_BYTES} bytes")).into_response();
    }
    next.run(request).await
}

/// 406, before anything is done that the client would not learn of.
pub(super) async fn media(request: Request, next: Next) -> Response {
    if Accept::read(request.headers()).takes("application/json") {
        next.run(request).await
    } else {
        ApiError::new(Code::NotAcceptable, "answers can be had as application/json").into_response()
    }
}
