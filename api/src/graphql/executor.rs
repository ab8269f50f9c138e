//! The one way to the schema, for every transport alike: guard, execute, survive a panic, mask.

use std::any::{Any, TypeId};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{Data, Executor, Request, Response, ServerError};
use domain::access::Scope;
use domain::audit::Caller;
use futures_util::future::ready;
use futures_util::stream::{BoxStream, once, poll_fn};
use futures_util::{FutureExt, StreamExt};
use tokio::time::timeout;
use tracing::{Instrument, Span};

use super::allowance::Allowance;
use super::asked::{kind_of, name_of, place};
use super::began::Began;
use super::context::prepared;
use super::errors::{Errors, code_of};
use super::guard::{Guard, Rejected};
use super::schema::Schema;
use crate::access::{Access, Charged, GRAPHQL_ENTRANCE, GRAPHQL_REFUSED};
use crate::error::{ApiError, Code};
use crate::metrics::{Metrics, Transport};
use crate::observed::{Operation, Place};

/// Executes what the guard admits. Cheap to clone, and small: each operation of a websocket has one as long as it runs.
pub(crate) struct Guarded<E = Schema>(Arc<Parts<E>>);

struct Parts<E> {
    inner: E,
    metrics: Metrics,
    guard: Guard,
    /// Who takes the callers' points.
    access: Option<Access>,
    /// How long a query or a mutation may take where no request ends with its answer.
    patience: Duration,
}

impl<E> Clone for Guarded<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// A request that may be executed.
pub(crate) struct Admitted {
    request: Request,
    operation: OperationType,
    /// As the document calls it.
    name: Option<Box<str>>,
}

impl Admitted {
    /// What the request asks for.
    pub(super) fn operation(&self) -> OperationType {
        self.operation
    }

    /// Keeps something until a query or a mutation is answered or given up. A subscription may go on for days and keeps
    /// nothing.
    pub(super) fn holding<T: Any + Send + Sync>(mut self, held: T) -> Admitted {
        if self.operation != OperationType::Subscription {
            self.request = self.request.data(held);
        }
        self
    }
}

/// How far a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was executed, with or without errors.
    Executed,
    /// It was not: it is no GraphQL, or not of this schema, or its variables are not those that it declares.
    Invalid,
    /// It was not: a limit or a rule of ours, or a fault.
    Refused(Code),
}

/// An answer, and how far the request came.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(super) response: Response,
    pub(super) outcome: Outcome,
}

impl<E: Executor> Guarded<E> {
    /// `patience` is how long a query or a mutation of a stream may take.
    pub(super) fn new(inner: E, guard: Guard, access: Option<Access>, patience: Duration, metrics: Metrics) -> Self {
        Self(Arc::new(Parts { inner, metrics, guard, access, patience }))
    }

    /// Looks at a request before anything else does.
    ///
    /// # Errors
    /// The answer to one that is not executed.
    pub(super) fn admit(&self, request: Request) -> Result<Admitted, Box<Answered>> {
        self.admit_on(request, None)
    }

    /// The same on a websocket, which knows its caller.
    fn admit_on(&self, mut request: Request, session: Option<&Data>) -> Result<Admitted, Box<Answered>> {
        let caller = caller(&request.data).or_else(|| caller(session?)).cloned();
        // (A request over HTTP has paid for its body.)
        if session.is_some()
            && let Err(error) = self.charge(caller.as_ref(), GRAPHQL_ENTRANCE, &request)
        {
            return Err(self.refused(&request, session, Outcome::Refused(error.code), &error));
        }
        let may_see = caller.as_ref().is_some_and(may_see_schema);
        let guard = Guard { introspection: self.0.guard.introspection || may_see, ..self.0.guard };
        if !guard.introspection {
            request = request.disable_introspection();
        }
        match guard.admit(&mut request) {
            Ok(operation) => Ok(Admitted { name: name_of(&mut request), request, operation }),
            Err(rejected) => {
                let outcome = match &rejected {
                    Rejected::Refused(code, _) => Outcome::Refused(*code),
                    Rejected::Invalid(_) => Outcome::Invalid,
                };
                // Who has not so much left has nothing left for what comes next.
                let _ = self.charge(caller.as_ref(), GRAPHQL_REFUSED - GRAPHQL_ENTRANCE, &request);
                Err(self.refused(&request, session, outcome, rejected.error()))
            }
        }
    }

    fn charge(&self, caller: Option<&Caller>, points: u32, request: &Request) -> Result<(), ApiError> {
        let (Some(access), Some(caller)) = (&self.0.access, caller) else { return Ok(()) };
        let charged = request.data.get(&TypeId::of::<Charged>()).and_then(|data| data.downcast_ref::<Charged>());
        access.charge(caller, points, &charged.cloned().unwrap_or_default())
    }

    fn refused(
        &self,
        request: &Request,
        session: Option<&Data>,
        outcome: Outcome,
        error: impl Into<ServerError>,
    ) -> Box<Answered> {
        let response = self.errors(&request.data, session).refusal(error);
        let transport = if session.is_some() { Transport::Websocket } else { Transport::Http };
        let mut observed = self.observe(transport, "refused", place(request));
        self.answered(&mut observed, &response);
        Box::new(Answered { response, outcome })
    }

    /// Executes a query or a mutation.
    pub(super) async fn run(&self, admitted: Admitted) -> Answered {
        let errors = self.errors(&admitted.request.data, None);
        let mut observed = self.observe(Transport::Http, kind_of(admitted.operation), place(&admitted.request));
        observed = observed.named(admitted.name.as_deref());
        let began = Began::default();
        let (request, rounds) = prepared(admitted.request, Allowance::default());
        let request = request.data(began.clone());
        // What a panic leaves behind is this request's alone: nothing else sees its state.
        let Ok(response) = AssertUnwindSafe(rounds.run(self.0.inner.execute(request))).catch_unwind().await else {
            let response = errors.panicked();
            self.answered(&mut observed, &response);
            return Answered { response, outcome: Outcome::Refused(Code::Internal) };
        };
        let mut response = errors.public(response);
        observed.cost(began.points());
        if began.get() {
            response.extensions.insert("cost".to_owned(), began.points().into());
        }
        self.answered(&mut observed, &response);
        let outcome = match code_of(&response) {
            _ if began.get() => Outcome::Executed,
            // The engine's own limits.
            Some(code @ (Code::QueryTooDeep | Code::QueryTooComplex | Code::RateLimited | Code::Internal)) => {
                Outcome::Refused(code)
            }
            _ => Outcome::Invalid,
        };
        Answered { response, outcome }
    }

    /// Executes any operation: a query or a mutation has one result, within the time that a request has, a subscription any
    /// number of them.
    pub(super) fn stream(&self, admitted: Admitted, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let Admitted { mut request, operation, name } = admitted;
        let errors = self.errors(&request.data, session.as_deref());
        let on_socket = session.is_some();
        let (place, transport) = (place(&request), if on_socket { Transport::Websocket } else { Transport::Sse });
        let observed = self.observe(transport, kind_of(operation), place).named(name.as_deref());
        if operation != OperationType::Subscription
            && let Some(caller) = session.as_deref().and_then(caller)
        {
            // What is done now belongs to the trace of this operation, and not to that of the socket.
            request = request.data(Caller { trace: Some(place.trace), ..caller.clone() });
        }
        let allowance = Allowance::default();
        let (mut request, rounds) = prepared(request, allowance.clone());
        // A stream keeps its document; the parser leaves three quarters of it empty, a copy has no more room than it needs.
        if let Ok(document) = request.parsed_query().cloned() {
            request.set_parsed_query(document);
        }
        let results = rounds.run_stream(self.0.inner.execute_stream(request, session));
        let mut results = AssertUnwindSafe(results).catch_unwind();
        // A body is read when its request's span has been left; what it logs belongs there all the same. A websocket sees to
        // that itself: a span that is held costs more than a kilobyte.
        let this = self.clone();
        if operation == OperationType::Subscription {
            let span = if on_socket { Span::none() } else { Span::current() };
            let mut observed = observed.within(&span);
            return poll_fn(move |context| span.in_scope(|| results.poll_next_unpin(context)))
                .map(move |item| {
                    allowance.renew();
                    let response = item.map_or_else(|_| errors.panicked(), |response| errors.public(response));
                    this.answered(&mut observed, &response);
                    response
                })
                .boxed();
        }
        let span = if on_socket { place.span() } else { Span::current() };
        let mut observed = observed;
        let answer = async move {
            let response = match timeout(this.0.patience, results.next()).await {
                Ok(Some(Ok(response))) => errors.public(response),
                // The engine has one answer to each.
                Ok(Some(Err(_)) | None) => errors.panicked(),
                Err(_) => errors.given_up(),
            };
            this.answered(&mut observed, &response);
            response
        };
        // Nothing of it is left once it is answered: not even what the reader of the stream has yet to take.
        once(answer.instrument(span)).boxed()
    }

    fn observe(&self, transport: Transport, operation: &'static str, place: Place) -> Operation {
        Operation::begin(self.0.metrics.clone(), transport, operation, place)
    }

    /// Takes note of an answer.
    fn answered(&self, observed: &mut Operation, response: &Response) {
        let code = code_of(response);
        if let Some(code) = code {
            self.0.metrics.failed(code);
        }
        observed.answered(code);
    }

    fn errors(&self, request: &Data, session: Option<&Data>) -> Errors {
        let request_id = caller(request).or_else(|| caller(session?)).and_then(|caller| caller.request_id.clone());
        Errors { most: self.0.guard.limits.errors, request_id }
    }
}

/// Who asks, where a request or a websocket knows it.
fn caller(data: &Data) -> Option<&Caller> {
    data.get(&TypeId::of::<Caller>())?.downcast_ref()
}

/// Whether somebody may ask for the schema where it is not told to all.
fn may_see_schema(caller: &Caller) -> bool {
    caller.scopes.has(Scope::Admin) || caller.scopes.has(Scope::Platform)
}

impl<E: Executor> Executor for Guarded<E> {
    async fn execute(&self, request: Request) -> Response {
        match self.admit(request) {
            Ok(admitted) => self.run(admitted).await.response,
            Err(rejected) => rejected.response,
        }
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        match self.admit_on(request, session.as_deref()) {
            Ok(admitted) => self.stream(admitted, session),
            Err(rejected) => once(ready(rejected.response)).boxed(),
        }
    }
}

#[cfg(test)]
mod tests;
