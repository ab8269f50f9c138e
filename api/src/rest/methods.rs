//! OPTIONS: which methods a path takes (RFC 9110, 9.3.7).

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Answers OPTIONS with what would be in `Allow` of a refused method, OPTIONS itself included.
pub(super) async fn options(request: Request, next: Next) -> Response {
    let asked = *request.method() == Method::OPTIONS;
    let mut response = next.run(request).await;
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let known = response.headers().get(header::ALLOW).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let allow = format!("{known},OPTIONS");
    let Ok(allow) = HeaderValue::from_str(allow.trim_start_matches(',')) else { return response };
    if asked {
        return (StatusCode::NO_CONTENT, [(header::ALLOW, allow)]).into_response();
    }
    response.headers_mut().insert(header::ALLOW, allow);
    response
}
