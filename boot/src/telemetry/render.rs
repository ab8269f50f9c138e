//! The two looks of a line.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use tracing::{Level, Metadata};

use super::fields::Fields;

/// Cloud Logging refuses entries above 256 KiB; escaping can make a text six times as long.
const MAX_LINE: usize = 240 * 1024;
/// What is kept of the message when a line is too long: this many bytes stay below the limit however they are escaped.
const SHORT_MESSAGE: usize = 8 * 1024;

/// Left out at a terminal: nobody follows them there.
const IDS: [&str; 4] = ["event", "span_id", "trace_id", "trace_sampled"];

/// What every line says.
pub(super) struct Line {
    pub(super) service: &'static str,
    pub(super) time: DateTime<Utc>,
    pub(super) metadata: &'static Metadata<'static>,
    /// Fields of the spans around the event, outermost first, and then of the event: later ones win.
    pub(super) fields: Fields,
}

/// One JSON object and a line end, below 256 KiB. What would be shown as something else is escaped, also where JSON does not
/// ask for it.
pub(super) fn json(line: Line, project: Option<&str>) -> String {
    let mut head = Map::new();
    head.insert("severity".into(), severity(*line.metadata.level()).into());
    head.insert("time".into(), line.time.to_rfc3339_opts(SecondsFormat::Micros, true).into());
    head.insert("service".into(), line.service.into());
    head.insert("target".into(), line.metadata.target().into());
    let message = line.fields.message.unwrap_or_default();
    let mut object = line.fields.values;
    add_trace(&mut object, project);
    add_source(&mut object, line.metadata);
    object.insert("message".into(), message.as_str().into());
    object.extend(head.clone());
    let mut text = written(object);
    if text.len() > MAX_LINE {
        head.insert("message".into(), message[..message.floor_char_boundary(SHORT_MESSAGE)].into());
        head.insert("cut".into(), format!("the line had {} bytes", text.len()).into());
        text = written(head);
    }
    text.push('\n');
    text
}

/// Moves a line's span to where Cloud Logging looks for it, so that it shows the lines of a trace together.
fn add_trace(object: &mut Map<String, Value>, project: Option<&str>) {
    let sampled = object.remove("trace_sampled");
    let (Some(project), Some(trace)) = (project, object.get("trace_id").and_then(Value::as_str)) else { return };
    let trace = format!("projects/{project}/traces/{trace}");
    object.insert("logging.googleapis.com/trace".into(), trace.into());
    if let Some(span) = object.get("span_id").cloned() {
        object.insert("logging.googleapis.com/spanId".into(), span);
    }
    object.insert("logging.googleapis.com/trace_sampled".into(), sampled.unwrap_or(Value::Bool(false)));
}

/// Where in the code a problem was noticed, if that is in ours: the paths of others are those of a build machine.
fn add_source(object: &mut Map<String, Value>, metadata: &Metadata<'_>) {
    let source = metadata.file().zip(metadata.line()).filter(|(file, _)| !file.starts_with('/'));
    if let Some((file, line)) = source.filter(|_| *metadata.level() <= Level::WARN) {
        let location = json!({ "file": file, "line": line.to_string() });
        object.insert("logging.googleapis.com/sourceLocation".into(), location);
    }
}

fn written(object: Map<String, Value>) -> String {
    let text = Value::Object(object).to_string();
    if !text.contains(misleads) {
        return text;
    }
    text.chars().fold(String::with_capacity(text.len()), |mut text, character| {
        if misleads(character) {
            // All of them have four digits. Writing to a string cannot fail.
            let _ = write!(text, "\\u{:04x}", u32::from(character));
        } else {
            text.push(character);
        }
        text
    })
}

/// `12:03:04.567 WARN  worker::claim: message key=value`, with control characters escaped: a log line must neither
/// break in two nor steer the terminal, nor be shown in another order than it has.
pub(super) fn text(line: &Line, colour: bool) -> String {
    let time = line.time.format("%H:%M:%S%.3f");
    let level = *line.metadata.level();
    let (on, off) = if colour { (colour_of(level), "\x1b[0m") } else { ("", "") };
    let mut text = format!("{time} {on}{:<5}{off} {}: ", level.as_str(), line.metadata.target());
    push_escaped(&mut text, line.fields.message.as_deref().unwrap_or_default());
    for (key, value) in &line.fields.values {
        if IDS.contains(&key.as_str()) {
            continue;
        }
        text.push(' ');
        text.push_str(key);
        text.push('=');
        match value {
            Value::String(value) if !value.is_empty() && !value.contains([' ', '"', '=']) => push_escaped(&mut text, value),
            Value::String(value) => {
                text.push('"');
                push_escaped(&mut text, value);
                text.push('"');
            }
            value => text.push_str(&value.to_string()),
        }
    }
    text.push('\n');
    text
}

fn push_escaped(text: &mut String, part: &str) {
    for character in part.chars() {
        if misleads(character) {
            // Writing to a string cannot fail.
            let _ = write!(text, "{}", character.escape_default());
        } else {
            text.push(character);
        }
    }
}

/// Control characters, the line ends of Unicode, and what turns the direction of the text around (Unicode, UAX 9).
fn misleads(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARNING",
        Level::INFO => "INFO",
        _ => "DEBUG",
    }
}

fn colour_of(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        _ => "\x1b[2m",
    }
}
