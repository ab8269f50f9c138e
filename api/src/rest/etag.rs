//! Conditional requests (RFC 9110, 13).

use axum::http::{HeaderMap, HeaderName, header};

use crate::service::Expected;

/// A strong tag: every change of a task raises its version.
pub(super) fn of_version(version: i64) -> String {
    format!("\"{version}\"")
}

/// Whether the client says what it has.
pub(super) fn is_conditional(headers: &HeaderMap) -> bool {
    headers.contains_key(header::IF_NONE_MATCH)
}

/// Whether `If-None-Match` names this tag, or any.
pub(super) fn matches(headers: &HeaderMap, tag: &str) -> bool {
    tags(headers, &header::IF_NONE_MATCH).any(|named| named == "*" || named.strip_prefix("W/").unwrap_or(named) == tag)
}

/// What `If-Match` lets a write change. A weak tag, or one that is none of ours, matches nothing.
pub(super) fn expected(headers: &HeaderMap) -> Expected {
    if !headers.contains_key(header::IF_MATCH) || tags(headers, &header::IF_MATCH).any(|named| named == "*") {
        return Expected::Any;
    }
    let version = |named: &str| named.strip_prefix('"')?.strip_suffix('"')?.parse().ok();
    Expected::OneOf(tags(headers, &header::IF_MATCH).filter_map(version).collect())
}

fn tags<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_the_named_tags_is_enough() {
        let of = |value: &str| matches(&HeaderMap::from_iter([(header::IF_NONE_MATCH, value.parse().unwrap())]), "\"3\"");
        for yes in ["\"3\"", "W/\"3\"", "\"1\", \"3\"", "*"] {
            assert!(of(yes), "{yes}");
        }
        for no in ["\"2\"", "3", "", "\"33\""] {
            assert!(!of(no), "{no}");
        }
        assert!(!matches(&HeaderMap::new(), "\"3\""));
    }

    #[test]
    fn a_write_goes_by_strong_tags() {
        let of = |value: &str| expected(&HeaderMap::from_iter([(header::IF_MATCH, value.parse().unwrap())]));
        assert_eq!(expected(&HeaderMap::new()), Expected::Any);
        assert_eq!(of("*"), Expected::Any);
        assert_eq!(of("\"3\", \"4\""), Expected::OneOf(vec![3, 4]));
        for none in ["W/\"3\"", "3", "", "\"x\"", "\"3"] {
            assert_eq!(of(none), Expected::OneOf(vec![]), "{none}");
        }
    }
}
