//! The one way to the schema, for HTTP and websocket alike: guard, execute, survive a panic, mask.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::{Data, Executor, Request, Response};
use futures_util::future::ready;
use futures_util::stream::{BoxStream, once};
use futures_util::{FutureExt, StreamExt};

use super::context::ListTurns;
use super::errors::{public, refusal};
use super::guard;
use super::schema::Schema;
use crate::error::ApiError;

/// Executes what the guard admits.
#[derive(Clone)]
pub(crate) struct Guarded<E = Schema>(E);

impl<E: Executor> Guarded<E> {
    pub(super) fn new(inner: E) -> Self {
        Self(inner)
    }
}

impl<E: Executor> Executor for Guarded<E> {
    async fn execute(&self, mut request: Request) -> Response {
        if let Err(error) = guard::admit(&mut request) {
            return refusal(error);
        }
        // What a panic leaves behind is this request's alone: nothing else sees its state.
        match AssertUnwindSafe(self.0.execute(request.data(ListTurns::default()))).catch_unwind().await {
            Ok(response) => public(response),
            Err(_) => panicked(),
        }
    }

    fn execute_stream(&self, mut request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        if let Err(error) = guard::admit(&mut request) {
            return once(ready(refusal(error))).boxed();
        }
        // A stream keeps its document; the parser leaves three quarters of it empty, a copy has no more room than it needs.
        if let Ok(document) = request.parsed_query().cloned() {
            request.set_parsed_query(document);
        }
        let responses = self.0.execute_stream(request.data(ListTurns::default()), session);
        AssertUnwindSafe(responses).catch_unwind().map(|item| item.map_or_else(|_| panicked(), public)).boxed()
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
        Guarded::new(async_graphql::Schema::new(Query, EmptyMutation, Changes))
    }

    fn text(response: &Response) -> String {
        let text = serde_json::to_string(response).expect("json");
        assert!(!text.contains("secret"), "{text}");
        text
    }

    #[tokio::test]
    async fn a_panic_and_a_fault_are_answered_without_their_text() {
        for query in ["{ panics }", "{ fails }"] {
            let response = guarded().execute(Request::new(query)).await;
            assert!(text(&response).contains("\"code\":\"INTERNAL\""), "{query}");
        }
        assert_eq!(text(&guarded().execute(Request::new("{ works }")).await), "{\"data\":{\"works\":1}}");
    }

    #[tokio::test]
    async fn a_panic_in_a_stream_is_its_last_answer() {
        let responses: Vec<_> = guarded().execute_stream(Request::new("subscription { panics }"), None).collect().await;
        let texts: Vec<_> = responses.iter().map(text).collect();
        assert_eq!((texts.len(), texts[0].as_str()), (2, "{\"data\":{\"panics\":0}}"));
        assert!(texts[1].contains("\"code\":\"INTERNAL\""));
    }

    #[tokio::test]
    async fn the_guard_stands_before_both_ways() {
        let deep = || Request::new("{a".repeat(60));
        let expected = text(&guarded().execute(deep()).await);
        assert!(expected.contains("QUERY_TOO_DEEP"));
        let streamed: Vec<_> = guarded().execute_stream(deep(), None).map(|r| text(&r)).collect().await;
        assert_eq!(streamed, [expected]);
    }
}
