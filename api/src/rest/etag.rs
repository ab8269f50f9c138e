//! Conditional requests (RFC 9110, 13).

use axum::http::{HeaderMap, header};

/// A strong tag: every change of a task raises its version.
pub(super) fn of_version(version: i64) -> String {
    format!("\"{version}\"")
}

/// Whether `If-None-Match` names this tag, or any.
pub(super) fn matches(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|candidate| candidate == "*" || candidate.strip_prefix("W/").unwrap_or(candidate) == tag)
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
}
