//! Who asks. The same check for REST, for GraphQL over HTTP and for a websocket's `connection_init`.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::audit::Caller;
use tracing::{Span, field};

use crate::access::{Charged, GRAPHQL_ENTRANCE};
use crate::error::ApiError;
use crate::request_id::RequestContext;
use crate::state::AppState;

/// Checks what a client presents: `authorization` is the text of its `Authorization` header (or of the field of that
/// name in `connection_init`), `Bearer <API key or token>`.
///
/// # Errors
/// `Unauthenticated`, the same for every reason; `RateLimited`; `Unavailable` or `Internal` when the database fails.
pub async fn authenticate(state: &AppState, authorization: Option<&str>, context: &RequestContext) -> Result<Caller, ApiError> {
    let presented = authorization.and_then(bearer);
    let principal = state.access.authenticate(presented, context.origin.as_ref()).await?;
    let origin_hash = match &context.origin {
        Some(origin) => Some(state.access.origin_hash(principal.tenant_id, origin).await?),
        None => None,
    };
    Ok(Caller {
        tenant_id: principal.tenant_id,
        user_id: principal.user_id,
        key_id: Some(principal.key_id.clone()),
        scopes: principal.scopes,
        ends_at: principal.ends_at,
        origin_hash,
        request_id: Some(context.request_id.clone()),
        trace: Some(context.place.trace),
    })
}

/// Lets a request through with a valid key alone; the [`Caller`] is then in its extensions. Looks at headers only, so
/// that nobody without a key makes us read a body.
pub(crate) async fn require(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    // A request not passed through `request_id::assign` cannot reach this layer; reading the headers again costs nothing.
    let context =
        request.extensions().get::<RequestContext>().cloned().unwrap_or_else(|| RequestContext::from_headers(request.headers()));
    let authorization = single_authorization(request.headers());
    match authenticate(&state, authorization.as_deref(), &context).await {
        Ok(caller) => {
            let span = Span::current();
            span.record("tenant_id", field::display(caller.tenant_id)).record("user_id", field::display(caller.user_id));
            let charged = Charged::default();
            // A GraphQL operation is charged for the rest once it is known what it asks for.
            if let Err(error) = state.access.charge(&caller, GRAPHQL_ENTRANCE, &charged) {
                return answered(error.into_response(), &charged);
            }
            request.extensions_mut().insert(caller);
            request.extensions_mut().insert(charged.clone());
            answered(next.run(request).await, &charged)
        }
        Err(error) => error.into_response(),
    }
}

/// With what is left of the caller's points.
fn answered(mut response: Response, charged: &Charged) -> Response {
    charged.write(response.headers_mut());
    response
}

/// Like [`require`], but for a websocket's upgrade (a browser can put no header on it, so the socket authenticates in
/// `connection_init`) and for OPTIONS, which tells nothing.
pub(crate) async fn require_unless_socket(state: State<AppState>, request: Request, next: Next) -> Response {
    if is_upgrade(&request) || request.method() == Method::OPTIONS {
        next.run(request).await
    } else {
        require(state, request, next).await
    }
}

/// Whether a request wants to become a websocket. Only a GET can: another method with that header would pass without a key.
pub(crate) fn is_upgrade(request: &Request) -> bool {
    let upgrade = request.headers().get(header::UPGRADE);
    request.method() == Method::GET && upgrade.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Two headers are refused rather than one of them chosen: a proxy in front might have looked at the other.
fn single_authorization(headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().map(str::to_owned),
        _ => None,
    }
}

/// The credentials after the scheme, whose case does not matter (RFC 9110, 11.1).
fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, key) = authorization.split_once(' ')?;
    let key = key.trim_start_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bearer_scheme_is_read() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc"), Some("abc"));
        for bad in ["", "Bearer", "Bearer ", "Basic abc", "abc", "Bearer\tabc"] {
            assert_eq!(bearer(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn two_authorization_headers_are_none() {
        let mut headers = HeaderMap::new();
        assert_eq!(single_authorization(&headers), None);
        headers.append(header::AUTHORIZATION, "Bearer a".parse().unwrap());
        assert_eq!(single_authorization(&headers).as_deref(), Some("Bearer a"));
        headers.append(header::AUTHORIZATION, "Bearer a".parse().unwrap());
        assert_eq!(single_authorization(&headers), None);
    }
}
