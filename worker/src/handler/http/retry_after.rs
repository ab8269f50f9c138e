//! `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::backoff::CAP;

/// How long the target asks to wait, at most the cap; `None` when it says nothing that can be understood.
pub(super) fn of(headers: &HeaderMap) -> Option<Duration> {
    parse(headers.get(RETRY_AFTER)?.to_str().ok()?, Utc::now())
}

fn parse(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than fit are a very long time.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)).min(CAP));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    (date.with_timezone(&Utc) - now).to_std().ok().map(|wait| wait.min(CAP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_understood_and_capped() {
        let now = DateTime::parse_from_rfc3339("2026-11-06T08:49:00Z").unwrap().with_timezone(&Utc);
        for (text, seconds) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("1000000000", Some(3600)),
            ("99999999999999999999999999", Some(3600)),
            ("Fri, 06 Nov 2026 08:49:37 GMT", Some(37)),
            ("Sat, 06 Nov 2032 08:49:37 GMT", Some(3600)),
            ("Thu, 05 Nov 2026 08:49:37 GMT", None),
            ("-1", None),
            ("1e9", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(parse(text, now), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
