//! Fields of spans and events as JSON values, bounded while they are formatted.

use std::error::Error;
use std::fmt::{self, Debug, Write};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};

use super::redact;

/// Longest text of one value, in bytes; the rest is cut.
pub(super) const MAX_TEXT: usize = 16 * 1024;
/// Larger numbers lose digits in Cloud Logging, which reads JSON numbers as doubles.
const MAX_EXACT: u64 = 1 << 53;
/// Keys that have a meaning of their own in the line; a field of that name is written as `field.<name>`.
const RESERVED: [&str; 9] =
    ["message", "severity", "time", "timestamp", "timestampSeconds", "timestampNanos", "service", "target", "httpRequest"];

/// The fields of one span or event. An event's message is kept apart, under its own name.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    pub(super) message: Option<String>,
    pub(super) values: Map<String, Value>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        let name = field.name().strip_prefix("r#").unwrap_or(field.name());
        let key = if RESERVED.contains(&name) { format!("field.{name}") } else { name.to_owned() };
        let value = if redact::is_secret_name(name) { Value::from(redact::REDACTED) } else { value };
        self.values.insert(key, value);
    }

    fn put_text(&mut self, field: &Field, text: &dyn fmt::Display) {
        let text = redact::text(bounded(text));
        if field.name() == "message" {
            self.message = Some(text);
        } else {
            self.put(field, Value::from(text));
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put_text(field, &format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put_text(field, &value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.put_text(field, &ErrorChain(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        let exact = value.unsigned_abs() <= MAX_EXACT;
        self.put(field, if exact { Value::from(value) } else { Value::from(value.to_string()) });
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, if value <= MAX_EXACT { Value::from(value) } else { Value::from(value.to_string()) });
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no infinity and no NaN.
        self.put(field, if value.is_finite() { Value::from(value) } else { Value::from(value.to_string()) });
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Value::from(value));
    }
}

/// An error followed by its causes: `outer: inner: innermost`, leaving out a cause that the text before already ends with.
pub(crate) struct ErrorChain<'a>(pub(crate) &'a (dyn Error + 'static));

impl fmt::Display for ErrorChain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = self.0.to_string();
        f.write_str(&last)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            let text = error.to_string();
            if !last.ends_with(&text) {
                write!(f, ": {text}")?;
            }
            last = text;
            source = error.source();
        }
        Ok(())
    }
}

/// The text of `value`, cut at a character boundary after [`MAX_TEXT`] bytes; what comes after is never stored.
fn bounded(value: &dyn fmt::Display) -> String {
    let mut text = Bounded::default();
    // `Bounded` ends the formatting by an error once it is full; what it has is the answer.
    let _ = write!(text, "{value}");
    if text.full {
        text.text.push_str("… [cut]");
    }
    text.text
}

#[derive(Default)]
struct Bounded {
    text: String,
    full: bool,
}

impl Write for Bounded {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.text.len() + part.len() <= MAX_TEXT {
            self.text.push_str(part);
            return Ok(());
        }
        let end = part.floor_char_boundary(MAX_TEXT - self.text.len());
        self.text.push_str(&part[..end]);
        self.full = true;
        Err(fmt::Error)
    }
}
