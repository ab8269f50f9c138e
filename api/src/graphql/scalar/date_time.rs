//! `DateTime`

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::Utc;

use crate::time;

/// `DateTime`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DateTime(pub(crate) chrono::DateTime<Utc>);

/// A moment as RFC 3339 text. We write UTC with microseconds (`2026-11-23T09:00:00.000000Z`); any offset is read, and
/// anything finer than a microsecond is cut.
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        time::parse(text).map(Self).ok_or_else(|| InputValueError::custom(time::RULE))
    }

    fn to_value(&self) -> Value {
        Value::String(time::text(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let time = DateTime::parse(Value::String(text.into())).ok()?;
        Some(time.to_value().to_string())
    }

    #[test]
    fn a_time_is_written_in_utc_with_microseconds() {
        assert_eq!(read("2026-11-23T10:00:00+01:00").as_deref(), Some("\"2026-11-23T09:00:00.000000Z\""));
        assert_eq!(read("2026-11-23T09:00:00.123456789Z").as_deref(), Some("\"2026-11-23T09:00:00.123456Z\""));
    }

    #[test]
    fn what_rfc_3339_does_not_know_is_refused() {
        for bad in ["infinity", "2026-11-23", "2026-11-23T09:00:00", "2026-11-23T09:00:60Z", "294277-01-01T00:00:00Z", ""] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
