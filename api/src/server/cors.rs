//! CORS: what browsers ask before a page of another origin may call, and what it may read (Fetch standard, 3.3).
//!
//! No cookies are involved, so no credentials are allowed: a page shows a key of its own. An origin that is not named
//! gets the same answers without these headers, and its browser keeps them from it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::config::Config;

const METHODS: &str = "GET, HEAD, POST";
/// What our clients send beyond what every page may. All of it, whatever was asked for: one answer can be kept for all.
const REQUEST_HEADERS: &str = "authorization, content-type, idempotency-key, prefer, if-none-match, if-match, traceparent, \
     x-request-id, last-event-id";
/// What our answers carry beyond what every page may read.
const RESPONSE_HEADERS: &str = "Location, ETag, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Link, Preference-Applied";
/// How long a browser need not ask again; none keeps it for longer than a day, Chromium for two hours.
const MAX_AGE_SECONDS: &str = "7200";
/// What a preflight's answer depends on.
const PREFLIGHT_VARY: &str = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/// Outside of authentication, and of all that answers with an error: a preflight carries no key, and a page is to read
/// what went wrong.
pub(super) async fn share(State(config): State<Arc<Config>>, request: Request, next: Next) -> Response {
    let origin = single_origin(request.headers()).filter(|origin| config.origins.names(origin)).cloned();
    let is_preflight = is_preflight(&request);
    let mut response = if is_preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    // Also for those who are not named: what a cache has of them is not for those who are.
    let vary = if is_preflight { PREFLIGHT_VARY } else { "Origin" };
    headers.append(header::VARY, HeaderValue::from_static(vary));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        for (name, value) in if is_preflight { &PREFLIGHT_HEADERS[..] } else { &SHARED_HEADERS } {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

const PREFLIGHT_HEADERS: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS),
    (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS),
];

const SHARED_HEADERS: [(HeaderName, &str); 1] = [(header::ACCESS_CONTROL_EXPOSE_HEADERS, RESPONSE_HEADERS)];

/// A browser's question, not somebody's OPTIONS.
fn is_preflight(request: &Request) -> bool {
    let asks = |name| request.headers().contains_key(name);
    request.method() == Method::OPTIONS && asks(header::ORIGIN) && asks(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// No browser sends two.
fn single_origin(headers: &HeaderMap) -> Option<&HeaderValue> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    origins.next().filter(|_| origins.next().is_none())
}
