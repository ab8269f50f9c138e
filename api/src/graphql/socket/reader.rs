//! What the driver gets to read: what may be looked at and may be begun.

use axum::Error;
use axum::extract::ws::Message;
use futures_util::future::ready;
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc::Sender;

use super::closing::Closing;
use super::operations::Operations;
use crate::limits;

/// Passes messages on until one cannot be read; `closing` then knows why. An operation too many is answered through
/// `answers` and not passed on.
pub(super) fn read(
    messages: impl Stream<Item = Result<Message, Error>>,
    closing: Closing,
    operations: Operations,
    answers: Sender<Message>,
) -> impl Stream<Item = Result<Message, Error>> {
    // The driver expects that the first failure is the last item.
    let messages = messages.take_while(move |message| {
        let good = match message {
            Err(error) => {
                closing.read_failed(error);
                false
            }
            Ok(message) => limits::check_json(bytes(message)).inspect_err(|_| closing.bad_message()).is_ok(),
        };
        ready(good)
    });
    messages.filter_map(move |message| {
        let refusal = message.as_ref().ok().and_then(|message| operations.refusal(bytes(message)));
        let answers = answers.clone();
        async move {
            let Some(refusal) = refusal else { return Some(message) };
            // When nobody writes any more, nobody needs the answer.
            let _ = answers.send(Message::text(refusal)).await;
            None
        }
    })
}

fn bytes(message: &Message) -> &[u8] {
    match message {
        Message::Text(text) => text.as_bytes(),
        Message::Binary(bytes) => bytes,
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => &[],
    }
}
