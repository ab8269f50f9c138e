//! How many operations run on one socket.

use std::sync::Arc;

use async_graphql::{Data, Executor, Request, Response};
use futures_util::StreamExt;
use futures_util::future::ready;
use futures_util::stream::{BoxStream, once};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::error::{ApiError, Code};
use crate::graphql::errors;

/// Most operations that run at a time on one socket.
const MAX_OPERATIONS: usize = 20;

/// The places for one socket's operations. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Operations(Arc<Semaphore>);

impl Default for Operations {
    fn default() -> Self {
        Operations(Arc::new(Semaphore::new(MAX_OPERATIONS)))
    }
}

/// The part of a message that says what it is. (`start` is what the driver takes for `subscribe` as well.)
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Begin {
    #[serde(alias = "start")]
    Subscribe { id: String },
}

impl Operations {
    /// Executes as `inner` does; an operation holds a place until it ends or is called off.
    pub(super) fn counted<E>(&self, inner: E) -> Counted<E> {
        Counted { inner, operations: self.clone() }
    }

    /// The `error` message with which this one is answered, if it would begin an operation and there is no place for it.
    /// The driver begins what it reads before it reads on, so that the places are up to date here.
    pub(super) fn refusal(&self, message: &[u8]) -> Option<String> {
        if self.0.available_permits() > 0 {
            return None;
        }
        let Begin::Subscribe { id } = serde_json::from_slice(message).ok()?;
        let body = errors::body(&too_many());
        Some(json!({"type": "error", "id": id, "payload": body["errors"]}).to_string())
    }
}

fn too_many() -> ApiError {
    ApiError::new(Code::TooManyOperations, format!("{MAX_OPERATIONS} operations run on this socket already"))
}

/// Counts what it executes.
#[derive(Clone)]
pub(super) struct Counted<E> {
    inner: E,
    operations: Operations,
}

impl<E: Executor> Executor for Counted<E> {
    // The driver streams everything.
    async fn execute(&self, request: Request) -> Response {
        self.inner.execute(request).await
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let Ok(place) = Arc::clone(&self.operations.0).try_acquire_owned() else {
            return once(ready(errors::refusal(&too_many()))).boxed();
        };
        let responses = self.inner.execute_stream(request, session);
        responses
            .map(move |response| {
                // Owned by the stream, and given back with it.
                let _place = &place;
                response
            })
            .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_begins_an_operation_is_refused_and_only_without_a_place() {
        let operations = Operations::default();
        let subscribe = br#"{"type":"subscribe","payload":{"query":"{ a }"},"id":"x\"y"}"#;
        assert_eq!(operations.refusal(subscribe), None);
        let _all = operations.0.try_acquire_many(20).expect("free");
        let refusal: serde_json::Value = serde_json::from_str(&operations.refusal(subscribe).expect("refused")).expect("json");
        assert_eq!((&refusal["type"], &refusal["id"]), (&json!("error"), &json!("x\"y")));
        assert_eq!(refusal["payload"][0]["extensions"]["code"], "TOO_MANY_OPERATIONS");
        assert!(operations.refusal(br#"{"type":"start","id":"1","payload":{}}"#).is_some());
        for other in [r#"{"type":"complete","id":"1"}"#, r#"{"type":"ping"}"#, r#"{"type":"subscribe","id":1}"#, "", "[]", "x"] {
            assert_eq!(operations.refusal(other.as_bytes()), None, "{other}");
        }
    }
}
