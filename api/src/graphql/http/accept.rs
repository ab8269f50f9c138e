//! Content negotiation (RFC 9110, 12.5.1): in which media type an answer goes out.

use axum::http::{HeaderMap, HeaderValue};

use crate::accept::Accept;
use crate::error::{ApiError, Code};

/// How an answer that is written at once can look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/json`: what clients of before the specification expect, a request that is invalid as 200 included.
    Json,
    /// `application/graphql-response+json`: the status says whether the request was executed.
    GraphqlResponse,
}

impl Media {
    fn name(self) -> &'static str {
        match self {
            Media::Json => "application/json",
            Media::GraphqlResponse => "application/graphql-response+json",
        }
    }

    /// The value of `Content-Type`.
    pub(crate) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Media::Json => "application/json; charset=utf-8",
            Media::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        })
    }
}

/// What a client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accepted {
    /// An answer.
    Answer(Media),
    /// An answer; for a subscription, which has none, an event stream will do.
    AnswerOrEvents(Media),
    /// An event stream, whatever the operation.
    Events,
}

const EVENT_STREAM: &str = "text/event-stream";

/// What the client likes best. Who does not care gets `application/json`, as the specification of GraphQL over HTTP has it
/// for clients that send no `Accept`. An event stream is meant only where it is named; some clients name it last, or among
/// all that they know, with every request.
///
/// # Errors
/// `NotAcceptable`: none of ours will do.
pub(super) fn negotiate(headers: &HeaderMap) -> Result<Accepted, ApiError> {
    let accept = Accept::read(headers);
    if accept.is_empty() {
        return Ok(Accepted::Answer(Media::Json));
    }
    let [json, graphql] = [Media::Json, Media::GraphqlResponse].map(|media| accept.fit(media.name()));
    let events = accept.fit(EVENT_STREAM).filter(|fit| fit.named);
    // Of two that the client likes as much, the newer one if it is named, so that the status tells more.
    let newer = graphql.filter(|fit| fit.named && json.is_none_or(|json| fit.quality >= json.quality));
    let media = newer.map(|fit| (Media::GraphqlResponse, fit)).or_else(|| json.map(|fit| (Media::Json, fit)));
    match (media, events) {
        (Some((media, _)), None) => Ok(Accepted::Answer(media)),
        (Some((media, answer)), Some(events)) if answer.quality >= events.quality => Ok(Accepted::AnswerOrEvents(media)),
        (_, Some(_)) => Ok(Accepted::Events),
        (None, None) => {
            let names = [Media::Json.name(), Media::GraphqlResponse.name(), EVENT_STREAM].join(", ");
            Err(ApiError::new(Code::NotAcceptable, format!("answers can be had as {names}")))
        }
    }
}

/// The media type of an error: what the client takes, JSON if it takes nothing of ours or events, which have not begun.
pub(crate) fn of_error(headers: &HeaderMap) -> Media {
    match negotiate(headers) {
        Ok(Accepted::Answer(media) | Accepted::AnswerOrEvents(media)) => media,
        Ok(Accepted::Events) | Err(_) => Media::Json,
    }
}

#[cfg(test)]
mod tests;
