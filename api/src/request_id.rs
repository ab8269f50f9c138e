//! Gives every request an id and carries its trace: `X-Request-Id` and W3C `traceparent`, taken over when well-formed.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use domain::access::Origin;
use tracing::Instrument;
use uuid::Uuid;

use crate::access::{self, Peer};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Which request this is; every handler finds it in the request's extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestContext {
    /// The client's `X-Request-Id`, or one that we made: 1 to 64 characters of `A-Z a-z 0-9 . _ -`.
    pub request_id: String,
    /// The client's `traceparent`, if it sent a valid one.
    pub traceparent: Option<String>,
    /// Where it came from; missing where no connection is.
    pub origin: Option<Origin>,
}

impl RequestContext {
    /// Reads the headers; what is malformed is as good as absent.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> RequestContext {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        RequestContext {
            request_id: text(&REQUEST_ID)
                .filter(|id| is_request_id(id))
                .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned),
            traceparent: text(&TRACEPARENT).filter(|value| is_traceparent(value)).map(str::to_owned),
            origin: None,
        }
    }
}

/// Where a request came from, over `hops` proxies of ours.
fn origin(request: &Request, hops: usize) -> Option<Origin> {
    let peer = request.extensions().get::<Peer>()?;
    let user_agent = request.headers().get(header::USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let address = access::client(request.headers(), peer.0, hops);
    Some(Origin::new(address, user_agent.as_deref().unwrap_or_default()))
}

/// Everything inside, the log lines included, knows the request's id, and every answer names it. The id may be known already,
/// to a layer further out. `hops` proxies of ours are in front.
pub(crate) async fn assign(State(hops): State<usize>, mut request: Request, next: Next) -> Response {
    let known = request.extensions().get::<RequestContext>().cloned();
    let context = RequestContext {
        origin: origin(&request, hops),
        ..known.unwrap_or_else(|| RequestContext::from_headers(request.headers()))
    };
    // Of the highest level: whatever is logged at all shall say to which request it belongs.
    let span = tracing::error_span!(
        "request",
        request_id = %context.request_id,
        method = %request.method(),
        path = %request.uri().path(),
    );
    request.extensions_mut().insert(context.clone());
    name(next.run(request).instrument(span).await, &context)
}

/// An answer that names its request.
pub(crate) fn name(mut response: Response, context: &RequestContext) -> Response {
    if let Ok(id) = HeaderValue::from_str(&context.request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn is_request_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// W3C Trace Context, version 00: `00-<32 hex trace id>-<16 hex parent id>-<2 hex flags>`, lower case, no id all zero.
fn is_traceparent(text: &str) -> bool {
    let hex =
        |part: &str, chars: usize| part.len() == chars && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let not_zero = |part: &str| part.bytes().any(|b| b != b'0');
    let parts: Vec<_> = text.split('-').collect();
    match parts.as_slice() {
        ["00", trace, parent, flags] => hex(trace, 32) && not_zero(trace) && hex(parent, 16) && not_zero(parent) && hex(flags, 2),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::body::Body;
    use axum::middleware::{from_fn, from_fn_with_state};
    use axum::routing::get;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;
    use sea_orm::DbErr;

    use super::*;
    use crate::error::{ApiError, problem};

    fn context(name: &'static str, value: &str) -> RequestContext {
        RequestContext::from_headers(&HeaderMap::from_iter([(HeaderName::from_static(name), value.parse().unwrap())]))
    }

    /// Every line that is logged, with the fields of its spans.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("whole").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn the_cause_of_an_internal_error_is_logged_with_the_request_even_when_little_is_logged() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::ERROR);
        let _guard = tracing::subscriber::set_default(subscriber.with_writer(move || writer.clone()).finish());
        let fails = async || -> Result<(), ApiError> { Err(DbErr::Custom("the cause".into()).into()) };
        let app = Router::new().route("/", get(fails)).layer(from_fn(problem::render)).layer(from_fn_with_state(0, assign));
        let request = Request::builder().header("x-request-id", "r-1").body(Body::empty()).expect("a request");
        let answer = TowerToHyperService::new(app).call(request).await.expect("an answer");
        assert_eq!((answer.status().as_u16(), &answer.headers()["x-request-id"]), (500, &"r-1".parse().expect("a value")));
        let text = String::from_utf8(log.0.lock().expect("whole").clone()).expect("text");
        assert!(text.contains("the cause") && text.contains("\"request_id\":\"r-1\""), "{text}");
    }

    #[test]
    fn a_good_request_id_is_kept_and_a_bad_one_replaced() {
        assert_eq!(context("x-request-id", "abc-1.2_Z").request_id, "abc-1.2_Z");
        for bad in ["", "a b", "a\tb", "ä", &"x".repeat(65)] {
            let made = context("x-request-id", bad).request_id;
            assert!(Uuid::parse_str(&made).is_ok(), "{bad:?} {made}");
        }
    }

    #[test]
    fn only_a_valid_traceparent_is_taken_over() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(context("traceparent", good).traceparent.as_deref(), Some(good));
        for bad in [
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        ] {
            assert_eq!(context("traceparent", bad).traceparent, None, "{bad}");
        }
    }
}
