//! The one way to the schema, for every transport alike: guard, execute, survive a panic, mask.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Data, Executor, Request, Response};
use futures_util::future::ready;
use futures_util::stream::{BoxStream, once};
use futures_util::{FutureExt, StreamExt};

use super::context::prepared;
use super::errors::{public, refusal};
use super::guard;
use super::schema::Schema;
use crate::config::GraphqlLimits;
use crate::error::ApiError;

/// Executes what the guard admits.
#[derive(Clone)]
pub(crate) struct Guarded<E = Schema> {
    inner: E,
    limits: GraphqlLimits,
}

/// A request that may be executed.
pub(crate) struct Admitted {
    request: Request,
    operation: OperationType,
}

impl Admitted {
    /// What the request asks for.
    pub(super) fn operation(&self) -> OperationType {
        self.operation
    }
}

impl<E: Executor> Guarded<E> {
    pub(super) fn new(inner: E, limits: GraphqlLimits) -> Self {
        Self { inner, limits }
    }

    /// Looks at a request before anything else does.
    ///
    /// # Errors
    /// The answer to one that is not executed.
    pub(super) fn admit(&self, mut request: Request) -> Result<Admitted, Box<Response>> {
        match guard::admit(&mut request, &self.limits) {
            Ok(operation) => Ok(Admitted { request, operation }),
            Err(error) => Err(Box::new(refusal(error))),
        }
    }

    /// Executes a query or a mutation.
    pub(super) async fn run(&self, admitted: Admitted) -> Response {
        let (request, rounds) = prepared(admitted.request);
        // What a panic leaves behind is this request's alone: nothing else sees its state.
        match AssertUnwindSafe(rounds.run(self.inner.execute(request))).catch_unwind().await {
            Ok(response) => public(response),
            Err(_) => panicked(),
        }
    }

    /// Executes any operation: a query or a mutation has one result, a subscription any number of them.
    pub(super) fn stream(&self, admitted: Admitted, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let (request, rounds) = prepared(admitted.request);
        let results = rounds.run_stream(self.inner.execute_stream(request, session));
        AssertUnwindSafe(results).catch_unwind().map(|item| item.map_or_else(|_| panicked(), public)).boxed()
    }
}

impl<E: Executor> Executor for Guarded<E> {
    async fn execute(&self, request: Request) -> Response {
        match self.admit(request) {
            Ok(admitted) => self.run(admitted).await,
            Err(refused) => *refused,
        }
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        match self.admit(request) {
            Ok(admitted) => self.stream(admitted, session),
            Err(refused) => once(ready(*refused)).boxed(),
        }
    }
}

/// The panic hook has logged where it happened.
fn panicked() -> Response {
    tracing::error!("a resolver panicked");
    refusal(&ApiError::internal())
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, Object, Subscription};
    use futures_util::Stream;
    use sea_orm::DbErr;

    use super::*;

    struct Query;

    #[Object]
    impl Query {
        async fn panics(&self, always: Option<bool>) -> i32 {
            assert!(always == Some(false), "a secret");
            1
        }

        async fn fails(&self) -> Result<i32, DbErr> {
            Err(DbErr::Custom("a secret".into()))
        }

        async fn works(&self) -> i32 {
            1
        }
    }

    struct Changes;

    #[Subscription]
    impl Changes {
        async fn panics(&self) -> impl Stream<Item = i32> {
            futures_util::stream::iter(0..2).map(|n| if n == 0 { n } else { panic!("a secret") })
        }
    }

    fn guarded() -> Guarded<async_graphql::Schema<Query, EmptyMutation, Changes>> {
        Guarded::new(async_graphql::Schema::new(Query, EmptyMutation, Changes), GraphqlLimits::default())
    }

    fn admitted(query: &str) -> Admitted {
        guarded().admit(Request::new(query)).unwrap_or_else(|response| panic!("{:?}", response.errors))
    }

    fn text(response: &Response) -> String {
        let text = serde_json::to_string(response).expect("json");
        assert!(!text.contains("secret"), "{text}");
        text
    }

    #[tokio::test]
    async fn a_panic_and_a_fault_are_answered_without_their_text() {
        for query in ["{ panics }", "{ fails }"] {
            let response = guarded().run(admitted(query)).await;
            assert!(text(&response).contains("\"code\":\"INTERNAL\""), "{query}");
        }
        assert_eq!(text(&guarded().run(admitted("{ works }")).await), "{\"data\":{\"works\":1}}");
    }

    #[tokio::test]
    async fn a_panic_in_a_stream_is_its_last_answer() {
        let responses: Vec<_> = guarded().stream(admitted("subscription { panics }"), None).collect().await;
        let texts: Vec<_> = responses.iter().map(text).collect();
        assert_eq!((texts.len(), texts[0].as_str()), (2, "{\"data\":{\"panics\":0}}"));
        assert!(texts[1].contains("\"code\":\"INTERNAL\""));
    }
}
