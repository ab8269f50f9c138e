//! One operation of a socket, in a task of its own: what it does, and how it fails, is no concern of the others.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::{Data, Executor, Request, Response, ServerError, Value};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc::Sender;
use tokio::task::AbortHandle;
use tracing::Instrument;

use super::message::ServerMessage;
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

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What an operation needs to know.
pub(super) struct Operation {
    pub(super) id: Box<str>,
    pub(super) serial: u64,
    pub(super) out: Sender<Outgoing>,
    pub(super) counted: Open,
}

impl Operation {
    /// Begins it.
    pub(super) fn spawn(self, executor: impl Executor, request: Request, session: Arc<Data>) -> Running {
        let task = async move {
            let answers = executor.execute_stream(request, Some(session));
            // Nothing but this operation sees what a panic leaves behind.
            if AssertUnwindSafe(self.answer(answers)).catch_unwind().await.is_err() {
                tracing::error!("an operation on a websocket panicked");
                let error = ServerError::from(&ApiError::internal());
                self.send(&ServerMessage::Error { id: &self.id, payload: &[error] }, true).await;
            }
            drop(self.counted);
        };
        Running(tokio::spawn(task.in_current_span()).abort_handle())
    }

    async fn answer(&self, mut answers: futures_util::stream::BoxStream<'static, Response>) {
        let id = &*self.id;
        while let Some(answer) = answers.next().await {
            if is_request_error(&answer) {
                return self.send(&ServerMessage::Error { id, payload: &answer.errors }, true).await;
            }
            self.send(&ServerMessage::Next { id, payload: &answer }, false).await;
        }
        self.send(&ServerMessage::Complete { id }, true).await;
    }

    /// Waits for its turn: whoever waits longest is next. When nobody writes any more, the task is about to be aborted.
    async fn send(&self, message: &ServerMessage<'_>, last: bool) {
        match message.text() {
            Ok(text) => drop(self.out.send(Outgoing { serial: self.serial, text, last }).await),
            Err(error) => {
                tracing::error!(%error, "an answer is no JSON");
                let text = format!(r#"{{"type":"complete","id":{}}}"#, serde_json::Value::from(&*self.id));
                drop(self.out.send(Outgoing { serial: self.serial, text, last: true }).await);
            }
        }
    }
}

/// Whether the request was not executed, or cannot be executed further: errors that belong to no field, and no data.
fn is_request_error(answer: &Response) -> bool {
    answer.data == Value::Null && !answer.errors.is_empty() && answer.errors.iter().all(|error| error.path.is_empty())
}
