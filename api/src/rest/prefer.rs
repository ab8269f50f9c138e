//! `Prefer: wait=<seconds>` (RFC 7240, 4.3): a client that would rather wait than ask again.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;

use super::task::put;

/// Longest wait; the request counts as one of the connection's client all the while.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(30);

const PREFER: HeaderName = HeaderName::from_static("prefer");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// How long the client wants to wait, at most [`MAX_WAIT`]. Other preferences, and a malformed one, are ignored, as the
/// RFC has it; of several only the first counts.
pub(crate) fn wait(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    let mut preferences = values.flat_map(preferences);
    let seconds = preferences.find(|(name, _)| name.eq_ignore_ascii_case("wait"))?.1;
    let digits = !seconds.is_empty() && seconds.bytes().all(|byte| byte.is_ascii_digit());
    // More digits than fit are more seconds than the longest wait.
    digits.then(|| Duration::from_secs(seconds.parse().unwrap_or(u64::MAX)).min(MAX_WAIT))
}

/// Tells the client that the wait was granted, and how long it could have been.
pub(super) fn applied(mut response: Response, wait: Option<Duration>) -> Response {
    if let Some(wait) = wait {
        put(&mut response, PREFERENCE_APPLIED, &format!("wait={}", wait.as_secs()));
    }
    response
}

/// Names and values, without parameters; a comma in quotes does not end a preference.
fn preferences(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut quoted = false;
    let parts = text.split(move |letter| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    });
    parts.map(|part| {
        let preference = part.split(';').next().unwrap_or_default();
        let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
        (name.trim(), value.trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(PREFER, value.parse().unwrap());
        }
        wait(&headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn the_first_wait_counts_up_to_the_longest() {
        for (value, seconds) in [
            ("wait=5", 5),
            ("Wait = 5", 5),
            ("wait=\"5\"", 5),
            ("wait=0", 0),
            ("respond-async, wait=7;x=1", 7),
            ("wait=31", 30),
            ("wait=99999999999999999999999", 30),
            ("wait=3, wait=4", 3),
            ("a=\"b, wait=9\", wait=2", 2),
        ] {
            assert_eq!(of(&[value]), Some(seconds), "{value}");
        }
        assert_eq!(of(&["handling=strict", "wait=4"]), Some(4));
    }

    #[test]
    fn what_is_no_wait_is_ignored() {
        for value in ["", "wait", "wait=", "wait=-1", "wait=1.5", "wait=+5", "wait=x", "waits=5", "x=\"wait=5"] {
            assert_eq!(of(&[value]), None, "{value}");
        }
        assert_eq!(of(&["wait=x, wait=5"]), None);
    }
}
