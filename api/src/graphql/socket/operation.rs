//! One operation of a socket, in a task of its own: what it does, and how it fails, is no concern of the others.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::{Data, Executor, Request, Response, ServerError, Value};
use futures_util::{FutureExt, StreamExt};
use serde_json::json;
use tokio::task::AbortHandle;

use super::message::ServerMessage;
use super::queue::Queue;
use crate::error::ApiError;
use crate::live::Open;

/// A message of an operation on its way to the client.
#[derive(Debug)]
pub(super) struct Outgoing {
    /// Of which operation.
    pub(super) serial: u64,
    /// As it is sent.
    pub(super) text: String,
    /// Whether nothing follows.
    pub(super) last: bool,
}

/// An operation that runs until this is dropped, however long its stream keeps it waiting.
#[derive(Debug)]
pub(super) struct Running(AbortHandle);

impl Running {
    pub(super) fn spawn(task: impl Future<Output = ()> + Send + 'static) -> Running {
        Running(tokio::spawn(task).abort_handle())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What an operation needs to know.
pub(super) struct Operation {
    pub(super) id: Box<str>,
    pub(super) serial: u64,
    pub(super) out: Queue<Outgoing>,
    pub(super) _counted: Open,
}

impl Operation {
    /// Executes it and hands its answers on.
    pub(super) async fn run(self, executor: impl Executor, request: Box<Request>, session: Arc<Data>) {
        // Nothing but this operation sees what a panic leaves behind.
        if AssertUnwindSafe(self.answer(executor, request, session)).catch_unwind().await.is_err() {
            tracing::error!("an operation on a websocket panicked");
            let error = ServerError::from(&ApiError::internal());
            Box::pin(self.send(&ServerMessage::Error { id: &self.id, payload: &[error] }, true)).await;
        }
    }

    async fn answer(&self, executor: impl Executor, request: Box<Request>, session: Arc<Data>) {
        let mut answers = {
            // Moved here, so that its box does not live as long as the operation.
            let request = request;
            executor.execute_stream(*request, Some(session))
        };
        loop {
            let answer = answers.next().await;
            // Boxed: an idle operation keeps no room for an answer.
            if Box::pin(self.pass_on(answer)).await {
                return;
            }
        }
    }

    /// Whether this was the last that is to be said.
    async fn pass_on(&self, answer: Option<Response>) -> bool {
        let id = &*self.id;
        match &answer {
            Some(answer) if is_request_error(answer) => {
                self.send(&ServerMessage::Error { id, payload: &answer.errors }, true).await
            }
            Some(answer) => self.send(&ServerMessage::Next { id, payload: answer }, false).await,
            None => self.send(&ServerMessage::Complete { id }, true).await,
        }
    }

    /// Waits for its turn; answers `last`. When nobody writes any more, the task is about to be aborted.
    async fn send(&self, message: &ServerMessage<'_>, last: bool) -> bool {
        let (text, last) = message.text().map(|text| (text, last)).unwrap_or_else(|error| {
            tracing::error!(%error, "an answer is no JSON");
            let error = ServerError::from(&ApiError::internal());
            (json!({"type": "error", "id": self.id, "payload": [error]}).to_string(), true)
        });
        self.out.push(Outgoing { serial: self.serial, text, last }).await;
        last
    }
}

/// Whether the request was not executed, or cannot be executed further: errors that belong to no field, and no data.
fn is_request_error(answer: &Response) -> bool {
    answer.data == Value::Null && !answer.errors.is_empty() && answer.errors.iter().all(|error| error.path.is_empty())
}
