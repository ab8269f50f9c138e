//! A panic ends one request and is answered like any fault of ours. Its text is for the log: the process's hook writes it.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use crate::error::{ApiError, problem};
use crate::request_id::{self, RequestContext};

/// The answer to a request whose handler panicked; the layers around it complete it as they do any other.
pub(super) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    ApiError::internal().into_response()
}

/// Around all other layers, which can panic too: the answer is whole without them.
pub(super) async fn survive(mut request: Request, next: Next) -> Response {
    let context = RequestContext::from_headers(request.headers());
    let media = problem::media(&request);
    request.extensions_mut().insert(context.clone());
    // What a panic leaves behind is this request's alone.
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!(request_id = %context.request_id, "a layer around the handlers panicked");
            let error = ApiError::internal();
            let response = error.code.status().into_response();
            request_id::name(problem::written(response, &error, media, &context), &context)
        }
    }
}
