//! Content negotiation (RFC 9110, 12.5.1): in which media type an answer goes out.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::accept::Accept;
use crate::error::{ApiError, Code};

/// What we can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/json`: what clients of before the specification expect, a request that was refused as 200 included.
    Json,
    /// `application/graphql-response+json`: the status says whether the request was executed.
    GraphqlResponse,
    /// `text/event-stream`: one event for every result.
    EventStream,
}

impl Media {
    /// In the order in which we prefer them where the client does not mind.
    const ALL: [Media; 3] = [Media::GraphqlResponse, Media::Json, Media::EventStream];

    fn name(self) -> &'static str {
        match self {
            Media::Json => "application/json",
            Media::GraphqlResponse => "application/graphql-response+json",
            Media::EventStream => "text/event-stream",
        }
    }

    /// The value of `Content-Type`.
    pub(crate) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Media::Json => "application/json; charset=utf-8",
            Media::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Media::EventStream => "text/event-stream",
        })
    }
}

/// The media type that the client likes best. Who does not care gets `application/json`, as the specification of GraphQL
/// over HTTP has it for clients that send no `Accept`.
///
/// # Errors
/// `NotAcceptable`: none of ours will do.
pub(crate) fn negotiate(headers: &HeaderMap) -> Result<Media, ApiError> {
    let accept = Accept::read(headers);
    if accept.is_empty() {
        return Ok(Media::Json);
    }
    let mut best: Option<((u16, bool), Media)> = None;
    for media in Media::ALL {
        // A stream is never meant by a wildcard.
        let fit = accept.fit(media.name()).filter(|fit| fit.quality > 0 && (fit.named || media != Media::EventStream));
        let Some(fit) = fit else { continue };
        let rank = (fit.quality, fit.named || media == Media::Json);
        if best.is_none_or(|(found, _)| rank > found) {
            best = Some((rank, media));
        }
    }
    best.map(|(_, media)| media).ok_or_else(|| {
        let names = Media::ALL.map(Media::name).join(", ");
        ApiError::new(Code::NotAcceptable, format!("answers can be had as {names}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(accept: &[&str]) -> Option<Media> {
        let headers = accept.iter().map(|value| (header::ACCEPT, value.parse().expect("a value")));
        negotiate(&headers.fold(HeaderMap::new(), |mut headers, (name, value): (_, HeaderValue)| {
            headers.append(name, value);
            headers
        }))
        .ok()
    }

    #[test]
    fn who_does_not_care_gets_json() {
        for accept in
            [&[][..], &["*/*"], &[""], &["application/*"], &["text/html, */*;q=0.8"], &["application/*;q=0.5, */*;q=0.1"]]
        {
            assert_eq!(of(accept), Some(Media::Json), "{accept:?}");
        }
    }

    #[test]
    fn what_is_named_is_given_and_the_best_of_several() {
        use Media::{EventStream, GraphqlResponse, Json};
        for (accept, media) in [
            (&["application/json"][..], Json),
            (&["application/graphql-response+json"], GraphqlResponse),
            (&["Application/GraphQL-Response+JSON; charset=utf-8"], GraphqlResponse),
            (&["application/graphql-response+json, application/json;q=0.9"], GraphqlResponse),
            (&["application/graphql-response+json;q=0.5, application/json"], Json),
            (&["application/json, application/graphql-response+json"], GraphqlResponse),
            (&["application/json;q=0.2", "application/graphql-response+json;q=0.1"], Json),
            (&["application/graphql-response+json, */*"], GraphqlResponse),
            (&["application/graphql-response+json;q=0, */*"], Json),
            (&["text/event-stream"], EventStream),
            (&["text/event-stream, application/json;q=0.9"], EventStream),
        ] {
            assert_eq!(of(accept), Some(media), "{accept:?}");
        }
    }

    #[test]
    fn what_we_cannot_write_is_refused() {
        for accept in ["image/png", "application/json;q=0", "text/*", "*/*;q=0", "application/json;q=x", "json"] {
            assert_eq!(of(&[accept]), None, "{accept}");
        }
    }
}
