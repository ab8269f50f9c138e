//! What is said of every operation when it is over: a line in the log, figures, and a span where spans go somewhere.

use std::borrow::Cow;
use std::cell::Cell;
use std::time::{Duration, Instant, SystemTime};

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use boot::telemetry::spans::{self, Kind, Span};
use domain::TraceContext;

use crate::error::{ApiError, Code, problem};
use crate::metrics::{Metrics, Transport};
use crate::request_id::RequestContext;

/// Longest name of an operation that is logged, in bytes: the client chooses it.
const MAX_NAME: usize = 100;

/// Where an operation stands in its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its own span.
    pub(crate) trace: TraceContext,
    /// The client's span, if it named one.
    pub(crate) parent: Option<u64>,
}

impl Place {
    /// Below the client's span; a trace of its own without one.
    pub(crate) fn below(parent: Option<TraceContext>) -> Place {
        Place {
            trace: parent.map_or_else(|| TraceContext::root(spans::samples()), TraceContext::child),
            parent: parent.map(TraceContext::span),
        }
    }
}

impl Place {
    /// For what is logged meanwhile.
    pub(crate) fn span(self) -> tracing::Span {
        tracing::error_span!(
            "operation",
            trace_id = self.trace.trace_id(),
            span_id = self.trace.span_id(),
            trace_sampled = self.trace.is_sampled()
        )
    }
}

/// In an answer's extensions: how long it was held back because the client had asked to wait (`Prefer: wait`). That says
/// nothing of how fast we are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waited(pub(crate) Duration);

/// An operation that goes on until this is dropped, or told to end.
#[derive(Debug)]
pub(crate) struct Operation {
    metrics: Metrics,
    transport: Transport,
    /// One of few: `query`, `mutation`, `subscription`, or a route.
    operation: Cow<'static, str>,
    /// As its document calls it.
    name: Option<Box<str>>,
    began: Instant,
    place: Place,
    outcome: Outcome,
    points: Option<u32>,
    /// Of its time, what the client has asked to wait.
    waited: Duration,
    /// What its last line belongs to, when that is not what is entered at its end.
    span: Option<Box<tracing::Span>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The client has gone before there was an answer.
    Gone,
    Ok,
    Failed(Code),
}

impl Operation {
    /// One that begins now.
    pub(crate) fn begin(metrics: Metrics, transport: Transport, operation: impl Into<Cow<'static, str>>, place: Place) -> Self {
        Operation {
            metrics,
            transport,
            operation: operation.into(),
            name: None,
            began: Instant::now(),
            place,
            outcome: Outcome::Gone,
            points: None,
            waited: Duration::ZERO,
            span: None,
        }
    }

    /// With the name that its document gives it.
    pub(crate) fn named(mut self, name: Option<&str>) -> Self {
        self.name = name.map(|name| name[..name.floor_char_boundary(MAX_NAME)].into());
        self
    }

    /// It outlives the request that this span is of: the body of a stream is read, and dropped, when that has been left.
    pub(crate) fn within(mut self, span: &tracing::Span) -> Self {
        self.span = (!span.is_none()).then(|| Box::new(span.clone()));
        self
    }

    /// There is an answer; an error's code remains if there was one before.
    pub(crate) fn answered(&mut self, code: Option<Code>) {
        match (code, self.outcome) {
            (Some(code), _) => self.outcome = Outcome::Failed(code),
            (None, Outcome::Gone) => self.outcome = Outcome::Ok,
            (None, _) => {}
        }
    }

    /// What it asked for has cost so much.
    pub(crate) fn cost(&mut self, points: u32) {
        self.points = Some(points);
    }
}

thread_local! {
    /// Whether what is dropped at this moment is dropped because we gave it up.
    static GIVING_UP: Cell<bool> = const { Cell::new(false) };
}

/// Drops the handling of a request which took too long: its operation has failed, while the client is still there.
pub(crate) fn given_up(handling: impl Sized) {
    GIVING_UP.set(true);
    drop(handling);
    GIVING_UP.set(false);
}

impl Drop for Operation {
    fn drop(&mut self) {
        if self.outcome == Outcome::Gone && GIVING_UP.get() {
            self.outcome = Outcome::Failed(Code::Unavailable);
        }
        let _entered = self.span.as_deref().map(tracing::Span::enter);
        let lasted = self.began.elapsed();
        let took = lasted.saturating_sub(self.waited);
        let is_stream = self.operation == "subscription";
        let (outcome, code) = match self.outcome {
            Outcome::Failed(code) => ("error", Some(code)),
            Outcome::Ok => ("ok", None),
            Outcome::Gone => ("gone", None),
        };
        self.metrics.ended(self.transport, self.operation.clone(), outcome, (!is_stream).then_some(took));
        tracing::info!(
            target: "api::operation",
            event = "operation",
            transport = self.transport.as_str(),
            operation = &*self.operation,
            name = self.name.as_deref(),
            outcome,
            code = code.map(Code::as_str),
            points = self.points,
            duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            trace_id = self.place.trace.trace_id(),
            span_id = self.place.trace.span_id(),
            trace_sampled = self.place.trace.is_sampled(),
            "{} {outcome}",
            self.operation,
        );
        if self.place.trace.is_sampled() && spans::are_exported() {
            spans::export(self.span(code, SystemTime::now() - lasted));
        }
    }
}

impl Operation {
    fn span(&self, code: Option<Code>, started: SystemTime) -> Span {
        let mut attributes = vec![("ctap.transport", self.transport.as_str().to_owned())];
        if self.transport != Transport::Rest {
            attributes.push(("graphql.operation.type", self.operation.clone().into_owned()));
            attributes.extend(self.name.as_deref().map(|name| ("graphql.operation.name", name.to_owned())));
        }
        Span {
            name: self.operation.clone(),
            kind: Kind::Server,
            trace_id: self.place.trace.trace(),
            span_id: self.place.trace.span(),
            parent_id: self.place.parent,
            started,
            error: code.map(|code| code.as_str().into()),
            attributes,
        }
    }
}

/// Observes the requests of REST's routes.
pub(crate) async fn rest(State(metrics): State<Metrics>, path: MatchedPath, request: Request, next: Next) -> Response {
    let place = request.extensions().get::<RequestContext>().map_or_else(|| Place::below(None), |context| context.place);
    // A client may make up methods, and each would be a figure of its own.
    let method = match *request.method() {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    };
    let mut operation = Operation::begin(metrics, Transport::Rest, format!("{method} {}", path.as_str()), place);
    let response = next.run(request).await;
    let status = response.status();
    let code = response.extensions().get::<ApiError>().map(|error| error.code);
    let failed = status.is_client_error() || status.is_server_error();
    operation.waited = response.extensions().get::<Waited>().map_or(Duration::ZERO, |waited| waited.0);
    operation.answered(code.or_else(|| failed.then(|| problem::of_status(status).code)));
    response
}
