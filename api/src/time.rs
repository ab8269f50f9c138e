//! Moments as clients write and read them: RFC 3339, the same in GraphQL and REST.

use chrono::{DateTime, SecondsFormat, SubsecRound, Timelike, Utc};

/// What is wrong with a text that is none.
pub(crate) const RULE: &str = "must be an RFC 3339 time with an offset, like 2026-11-23T09:00:00Z";

/// Reads any offset; anything finer than a microsecond, which PostgreSQL does not keep, is cut.
pub(crate) fn parse(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    // A leap second is read as second 59 with more than a second of fraction; PostgreSQL has no such time.
    (at.nanosecond() < 1_000_000_000).then(|| at.to_utc().trunc_subsecs(6))
}

/// Writes UTC with microseconds.
pub(crate) fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
