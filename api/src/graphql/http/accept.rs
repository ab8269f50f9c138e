//! Content negotiation (RFC 9110, 12.5.1): in which media type an answer goes out.

use axum::http::{HeaderMap, HeaderValue, header};

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
    let ranges: Vec<_> =
        headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).collect();
    if ranges.iter().all(|range| range.trim().is_empty()) {
        return Ok(Media::Json);
    }
    let ranges: Vec<_> = ranges.into_iter().filter_map(range).collect();
    let mut best: Option<(u16, bool, Media)> = None;
    for media in Media::ALL {
        // The most specific range that fits decides (RFC 9110); a stream is never meant by a wildcard.
        let fits = ranges.iter().filter(|(name, _)| matches(name, media));
        let Some((name, quality)) = fits.max_by_key(|(name, _)| specificity(name)) else { continue };
        let named = specificity(name) == 2;
        let rank = (*quality, named || media == Media::Json);
        if *quality > 0 && best.is_none_or(|(q, n, _)| rank > (q, n)) {
            best = Some((rank.0, rank.1, media));
        }
    }
    best.map(|(_, _, media)| media).ok_or_else(|| {
        let names = Media::ALL.map(Media::name).join(", ");
        ApiError::new(Code::NotAcceptable, format!("answers can be had as {names}"))
    })
}

/// A media range and its quality in thousandths.
fn range(text: &str) -> Option<(String, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| name.contains('/'))?.to_ascii_lowercase();
    let quality = parts.find_map(|parameter| parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")));
    let quality = quality.map_or(Some(1.0), |text| text.parse::<f32>().ok())?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 to 1,000 by the clamp")]
    let thousandths = (quality.clamp(0.0, 1.0) * 1_000.0).round() as u16;
    Some((name, thousandths))
}

fn specificity(range: &str) -> u8 {
    match range {
        "*/*" => 0,
        range if range.ends_with("/*") => 1,
        _ => 2,
    }
}

fn matches(range: &str, media: Media) -> bool {
    let wildcard = range == "*/*" || range == "application/*";
    range == media.name() || (wildcard && media != Media::EventStream)
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
