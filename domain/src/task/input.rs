//! A submission: what may be in it, and what is assumed where it is silent. The same for GraphQL and REST.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::kind::{self, Kind};
use crate::text;

/// A field that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidField {
    /// Where: names from the input's root (`["payload", "url"]`).
    pub path: Vec<String>,
    /// The rule, to be read after the path ("must be ...").
    pub rule: String,
}

impl InvalidField {
    /// A broken rule at a path.
    pub fn new<'a>(path: impl IntoIterator<Item = &'a (impl AsRef<str> + ?Sized + 'a)>, rule: impl Into<String>) -> Self {
        Self { path: path.into_iter().map(|p| p.as_ref().to_owned()).collect(), rule: rule.into() }
    }
}

/// What a caller asks for; `None` takes the default.
#[derive(Clone, Debug, Default)]
pub struct NewTask {
    /// Which handler runs it.
    pub kind: String,
    /// Input of the handler.
    pub payload: Value,
    /// Default `default`.
    pub queue: Option<String>,
    /// Default 0; -100 to 100, higher first.
    pub priority: Option<i64>,
    /// Default now; a past time means now.
    pub run_at: Option<DateTime<Utc>>,
    /// Default 5; 1 to 100.
    pub max_attempts: Option<i64>,
    /// Default 300; 1 to 86,400.
    pub timeout_seconds: Option<i64>,
    /// The submitter's own id, unique within the tenant; 1 to 255 bytes.
    pub reference: Option<String>,
    /// Makes a repeat find the first task; 1 to 255 printable ASCII characters.
    pub idempotency_key: Option<String>,
}

/// A submission that keeps all the rules.
#[derive(Clone, Debug)]
pub struct Submission {
    pub(super) kind: &'static Kind,
    pub(super) payload: Value,
    pub(super) queue: String,
    pub(super) priority: i16,
    pub(super) run_at: Option<DateTime<Utc>>,
    pub(super) max_attempts: i32,
    pub(super) timeout_seconds: i32,
    pub(super) reference: Option<String>,
    pub(super) idempotency_key: Option<String>,
}

/// Largest payload, as [`text::stored_bytes`] counts.
const MAX_PAYLOAD_BYTES: usize = 64 * 1024;
/// Deepest nesting of arrays and objects in a payload.
const MAX_PAYLOAD_DEPTH: usize = 64;
const MAX_TEXT_BYTES: usize = 255;

impl NewTask {
    /// Checks every field and reports all mistakes at once.
    ///
    /// # Errors
    /// The broken rules, each with the path of its field.
    pub fn validate(self) -> Result<Submission, Vec<InvalidField>> {
        let mut errors = Vec::new();
        let mut range = |name: &str, value: Option<i64>, default: i32, from: i32, to: i32| {
            let value = value.unwrap_or_else(|| default.into());
            match i32::try_from(value) {
                Ok(n) if (from..=to).contains(&n) => n,
                _ => {
                    errors.push(InvalidField::new([name], format!("must be an integer from {from} to {to}")));
                    default
                }
            }
        };
        let priority = range("priority", self.priority, 0, -100, 100);
        let max_attempts = range("maxAttempts", self.max_attempts, 5, 1, 100);
        let timeout_seconds = range("timeoutSeconds", self.timeout_seconds, 300, 1, 86_400);
        let queue = self.queue.unwrap_or_else(|| "default".into());
        errors.extend(check_queue("queue", &queue).err());
        if let Some(rule) = self.run_at.and_then(check_time) {
            errors.push(InvalidField::new(["runAt"], rule));
        }
        if self.reference.as_deref().is_some_and(|r| r.is_empty() || r.len() > MAX_TEXT_BYTES || r.chars().any(char::is_control))
        {
            errors.push(InvalidField::new(["reference"], "must be 1 to 255 bytes without control characters"));
        }
        if self.idempotency_key.as_deref().is_some_and(|k| !is_idempotency_key(k)) {
            errors.push(InvalidField::new(["idempotencyKey"], "must be 1 to 255 printable ASCII characters"));
        }
        let kind = kind::find(&self.kind);
        if kind.is_none() {
            let known: Vec<_> = kind::ALL.iter().map(|k| k.name).collect();
            errors.push(InvalidField::new(["kind"], format!("must be one of: {}", known.join(", "))));
        }
        let shape = check_payload(&self.payload);
        if let (Some(kind), true) = (kind, shape.is_empty()) {
            errors.extend((kind.validate)(&self.payload, timeout_seconds));
        }
        errors.extend(shape);
        match kind {
            Some(kind) if errors.is_empty() => Ok(Submission {
                kind,
                payload: self.payload,
                queue,
                priority: i16::try_from(priority).unwrap_or_default(),
                run_at: self.run_at,
                max_attempts,
                timeout_seconds,
                reference: self.reference,
                idempotency_key: self.idempotency_key,
            }),
            _ => Err(errors),
        }
    }
}

impl Submission {
    /// What makes a repeat of it find the first task.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    /// SHA-256 of everything that was asked for but the key itself; serde_json's maps are sorted, so the order in which
    /// the fields were sent does not matter.
    pub(super) fn request_hash(&self) -> Vec<u8> {
        let request = json!([
            self.kind.name,
            self.payload,
            self.queue,
            self.priority,
            self.run_at,
            self.max_attempts,
            self.timeout_seconds,
            self.reference
        ]);
        Sha256::digest(sorted(&request).to_string()).to_vec()
    }
}

/// The same value with every object's keys in order, whatever order the map type of this build keeps.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            Value::Object(entries.into_iter().map(|(k, v)| (k.clone(), sorted(v))).collect())
        }
        other => other.clone(),
    }
}

/// Whether a queue can have that name; `field` is what holds it.
pub(crate) fn check_queue(field: &str, name: &str) -> Result<(), InvalidField> {
    let rule = "must be 1 to 63 characters of a-z 0-9 . _ - and begin with a letter or digit";
    if is_queue_name(name) { Ok(()) } else { Err(InvalidField::new([field], rule)) }
}

fn is_queue_name(name: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    (1..=63).contains(&name.len())
        && name.bytes().next().is_some_and(word)
        && name.bytes().all(|b| word(b) || matches!(b, b'.' | b'_' | b'-'))
}

fn is_idempotency_key(key: &str) -> bool {
    (1..=MAX_TEXT_BYTES).contains(&key.len()) && key.bytes().all(|b| (b' '..=b'~').contains(&b))
}

/// PostgreSQL's timestamps reach further than RFC 3339 does; neither end makes sense for a schedule.
fn check_time(at: DateTime<Utc>) -> Option<&'static str> {
    let year = chrono::Datelike::year(&at);
    (!(1970..=9999).contains(&year)).then_some("must lie in the years 1970 to 9999")
}

fn check_payload(payload: &Value) -> Vec<InvalidField> {
    let mut errors = Vec::new();
    let mut broken = |rule: String| errors.push(InvalidField::new(["payload"], rule));
    if text::depth(payload) > MAX_PAYLOAD_DEPTH {
        broken(format!("must be nested at most {MAX_PAYLOAD_DEPTH} deep"));
    } else if text::stored_bytes(payload) > MAX_PAYLOAD_BYTES {
        broken(format!("must be at most {MAX_PAYLOAD_BYTES} bytes of JSON with its numbers written out"));
    } else if text::has_nul(payload) {
        broken("must not hold the character U+0000".into());
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task() -> NewTask {
        NewTask { kind: "echo".into(), payload: json!({"a": 1}), ..NewTask::default() }
    }

    fn broken(task: NewTask) -> Vec<String> {
        task.validate().expect_err("accepted").into_iter().map(|e| e.path.join(".")).collect()
    }

    #[test]
    fn silence_takes_the_defaults() {
        let s = task().validate().expect("valid");
        assert_eq!((s.queue.as_str(), s.priority, s.max_attempts, s.timeout_seconds), ("default", 0, 5, 300));
    }

    #[test]
    fn all_mistakes_are_reported_at_once() {
        let bad = NewTask {
            kind: "fly".into(),
            payload: json!({"a": "\0"}),
            queue: Some("Über".into()),
            priority: Some(101),
            run_at: DateTime::from_timestamp(-1, 0),
            max_attempts: Some(0),
            timeout_seconds: Some(i64::MAX),
            reference: Some("a\nb".into()),
            idempotency_key: Some(String::new()),
        };
        let expected =
            ["priority", "maxAttempts", "timeoutSeconds", "queue", "runAt", "reference", "idempotencyKey", "kind", "payload"];
        assert_eq!(broken(bad), expected);
    }

    #[test]
    fn a_payload_is_bounded_in_size_and_depth() {
        assert_eq!(broken(NewTask { payload: json!("x".repeat(64 * 1024)), ..task() }), ["payload"]);
        let deep = (0..65).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(broken(NewTask { payload: deep, ..task() }), ["payload"]);
        assert_eq!(broken(NewTask { payload: json!(vec![1e308; 300]), ..task() }), ["payload"], "short as sent, long as stored");
        assert!(NewTask { payload: json!("x".repeat(64 * 1024 - 2)), ..task() }.validate().is_ok());
    }

    #[test]
    fn the_hash_is_of_the_request_and_not_of_its_spelling() {
        let hash = |t: NewTask| t.validate().expect("valid").request_hash();
        let a: Value = serde_json::from_str(r#"{"x": {"b": 1, "a": 2}, "y": 3}"#).expect("json");
        let b: Value = serde_json::from_str(r#"{"y": 3, "x": {"a": 2, "b": 1}}"#).expect("json");
        assert_eq!(hash(NewTask { payload: a.clone(), ..task() }), hash(NewTask { payload: b, ..task() }));
        assert_ne!(hash(NewTask { payload: a, ..task() }), hash(task()));
        assert_ne!(hash(NewTask { priority: Some(1), ..task() }), hash(task()));
        assert_eq!(hash(NewTask { idempotency_key: Some("k".into()), ..task() }), hash(task()));
    }
}
