//! Gives every request an id and carries its trace: `X-Request-Id` and W3C `traceparent`, taken over when well-formed.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use domain::TraceContext;
use domain::access::Origin;
use tracing::{Instrument, field};
use uuid::Uuid;

use crate::access::{self, Peer};
use crate::observed::Place;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// What Google's front end sends besides, and in front of other proxies alone.
const CLOUD_TRACE: HeaderName = HeaderName::from_static("x-cloud-trace-context");

/// Which request this is; every handler finds it in the request's extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestContext {
    /// The client's `X-Request-Id`, or one that we made: 1 to 64 characters of `A-Z a-z 0-9 . _ -`.
    pub request_id: String,
    /// Where it stands in its trace.
    pub(crate) place: Place,
    /// Where it came from; missing where no connection is.
    pub origin: Option<Origin>,
}

impl RequestContext {
    /// Reads the headers; what is malformed is as good as absent.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> RequestContext {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let parent = text(&TRACEPARENT).and_then(|value| value.parse().ok());
        let parent = parent.or_else(|| TraceContext::from_cloud_header(text(&CLOUD_TRACE)?));
        RequestContext {
            request_id: text(&REQUEST_ID)
                .filter(|id| is_request_id(id))
                .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned),
            place: Place::below(parent),
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
        trace_id = context.place.trace.trace_id(),
        span_id = context.place.trace.span_id(),
        trace_sampled = context.place.trace.is_sampled(),
        tenant_id = field::Empty,
        user_id = field::Empty,
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

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
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
        let app = Router::new()
            .route("/", get(fails))
            .layer(from_fn_with_state(crate::Metrics::default(), problem::render))
            .layer(from_fn_with_state(0, assign));
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
    fn a_request_is_a_span_of_its_clients_trace_or_of_a_new_one() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let place = |name, value: &str| context(name, value).place;
        for (name, value) in [
            ("traceparent", format!("00-{trace}-00f067aa0ba902b7-01")),
            ("x-cloud-trace-context", format!("{trace}/67667974448284343;o=1")),
        ] {
            let place = place(name, &value);
            assert_eq!((place.trace.trace_id().as_str(), place.parent), (trace, Some(0x00f0_67aa_0ba9_02b7)), "{name}");
            assert!(place.trace.is_sampled() && Some(place.trace.span()) != place.parent);
        }
        for bad in [format!("00-{trace}-0000000000000000-01"), "00-x".into()] {
            let place = place("traceparent", &bad);
            assert!(place.trace.trace_id() != trace && place.parent.is_none(), "{bad}");
        }
    }
}
