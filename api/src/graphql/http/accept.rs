//! Content negotiation (RFC 9110, 12.5.1): in which media type an answer goes out.

use axum::http::{HeaderMap, HeaderValue, header};

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
    let ranges = ranges(headers);
    if ranges.is_empty() {
        return Ok(Accepted::Answer(Media::Json));
    }
    let [json, graphql] = [Media::Json, Media::GraphqlResponse].map(|media| preference(&ranges, media.name()));
    let events = preference(&ranges, EVENT_STREAM).filter(|(_, specific)| *specific == NAMED);
    // Of two that the client likes as much, the newer one if it is named, so that the status tells more.
    let media = if graphql.is_some_and(|(_, specific)| specific == NAMED) && graphql.map(quality) >= json.map(quality) {
        graphql.map(|preference| (Media::GraphqlResponse, preference))
    } else {
        json.map(|preference| (Media::Json, preference))
    };
    match (media, events) {
        (Some((media, _)), None) => Ok(Accepted::Answer(media)),
        (Some((media, answer)), Some(events)) if quality(answer) >= quality(events) => Ok(Accepted::AnswerOrEvents(media)),
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

/// Quality in thousandths, and how specific the range is that gives it.
type Preference = (u16, u8);

const NAMED: u8 = 2;

fn quality(preference: Preference) -> u16 {
    preference.0
}

/// The most specific range that fits decides (RFC 9110); nothing if none does, or if it says "not that".
fn preference(ranges: &[(String, u16)], name: &str) -> Option<Preference> {
    let specific = |range: &str| match range {
        "*/*" => Some(0),
        range if range.strip_suffix('*').is_some_and(|kind| kind.ends_with('/') && name.starts_with(kind)) => Some(1),
        range => (range == name).then_some(NAMED),
    };
    let fits = ranges.iter().filter_map(|(range, quality)| Some((specific(range)?, *quality)));
    fits.max().filter(|(_, quality)| *quality > 0).map(|(specific, quality)| (quality, specific))
}

/// The media ranges with their quality in thousandths; what is none is passed over, but is not silence.
fn ranges(headers: &HeaderMap) -> Vec<(String, u16)> {
    let values = headers.get_all(header::ACCEPT).iter().map(|value| value.to_str().unwrap_or("?"));
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|range| !range.is_empty()).map(range).collect()
}

fn range(text: &str) -> (String, u16) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let mut quality = 1_000;
    for (key, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
        match key.to_ascii_lowercase().as_str() {
            "q" => quality = thousandths(value),
            // Answers are in UTF-8.
            "charset" if !value.trim_matches('"').eq_ignore_ascii_case("utf-8") => return (name, 0),
            _ => {}
        }
    }
    (name, quality)
}

/// `0.75` is 750; what is no quality (RFC 9110, 12.4.2) is 0.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|b| b.is_ascii_digit());
    match (whole, digits) {
        ("1", true) if fraction.bytes().all(|b| b == b'0') => 1_000,
        ("0", true) => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
