//! GraphQL over server-sent events: the *distinct connections mode* of graphql-sse. Each operation is one answer whose
//! body goes on until the operation ends, or the client goes.

use std::convert::Infallible;
use std::time::Duration;

use async_graphql::Response as Answer;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{BoxStream, unfold};
use futures_util::{Stream, StreamExt};
use tokio::time::timeout;

use super::GraphQl;
use super::http::event;

const HEADERS: [(HeaderName, HeaderValue); 3] = [
    (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    // nginx, and what imitates it, would collect events before it passes them on.
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
];
/// A comment, which clients pass over.
const KEEP_ALIVE: Bytes = Bytes::from_static(b":\n\n");
/// With data, though empty: browsers pass over an event without.
const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata: \n\n");

/// An event `next` for each answer, errors of the request included, and `complete` at the end. The body ends without
/// `complete` when the process stops, which clients take as a reason to come again.
pub(super) fn respond(graphql: &GraphQl, answers: BoxStream<'static, Answer>) -> Response {
    let state = &graphql.state;
    // An event stream is not limited in time, so that the process's end has to end it.
    let events = events(answers, state.config.patience.keep_alive).take_until(state.stop.clone().cancelled_owned());
    let counted = state.metrics.live().event_stream();
    let events = events.map(move |event| {
        let _open = &counted;
        Ok::<_, Infallible>(event)
    });
    (HEADERS, Body::from_stream(events)).into_response()
}

fn events(answers: impl Stream<Item = Answer> + Send + Unpin, keep_alive: Duration) -> impl Stream<Item = Bytes> + Send {
    unfold(Some(answers), move |answers| async move {
        let mut answers = answers?;
        match timeout(keep_alive, answers.next()).await {
            Err(_) => Some((KEEP_ALIVE, Some(answers))),
            Ok(Some(answer)) => Some((next(&answer), Some(answers))),
            Ok(None) => Some((COMPLETE, None)),
        }
    })
}

/// (JSON as it is written here is one line.)
fn next(answer: &Answer) -> Bytes {
    format!("event: next\ndata: {}\n\n", event(answer)).into()
}
