//! Which bytes a client can use, and which it has (RFC 9110, 12.5.3 and 13.1.2).

use axum::http::{HeaderMap, HeaderName, header};

/// Whether the client can unpack gzip.
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let weight_of = |coding: &str| items(headers, header::ACCEPT_ENCODING).find_map(|item| weight(item, coding));
    weight_of("gzip").or_else(|| weight_of("*")).is_some_and(|weight| weight > 0.0)
}

/// Whether the client has what the tag names.
pub(super) fn names_tag(headers: &HeaderMap, tag: &str) -> bool {
    items(headers, header::IF_NONE_MATCH).any(|item| item == "*" || item.strip_prefix("W/").unwrap_or(item) == tag)
}

/// The items of a header that is a list.
fn items(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// The weight of the item if it is about this coding; 1 unless given, 0 when it cannot be read.
fn weight(item: &str, coding: &str) -> Option<f32> {
    let mut parts = item.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case(coding) {
        return None;
    }
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some(weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn gzip_is_sent_to_those_who_ask_for_it() {
        let takes = |value: &str| takes_gzip(&headers(header::ACCEPT_ENCODING, value));
        for yes in ["gzip", "br, GZIP;q=0.5", "deflate,gzip", "*", "gzip;q=1, *;q=0"] {
            assert!(takes(yes), "{yes}");
        }
        for no in ["", "br", "gzip;q=0", "identity", "*;q=0", "gzip;q=0, *", "gzip;q=x", "xgzip"] {
            assert!(!takes(no), "{no}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn one_of_the_named_tags_is_enough() {
        let names = |value: &str| names_tag(&headers(header::IF_NONE_MATCH, value), "\"a\"");
        for yes in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert!(names(yes), "{yes}");
        }
        for no in ["\"b\"", "a", "", "\"aa\""] {
            assert!(!names(no), "{no}");
        }
    }
}
