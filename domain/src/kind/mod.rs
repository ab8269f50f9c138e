//! The kinds of tasks. The API checks submissions through [`find`]; a worker claims only kinds it has a handler for.
//!
//! A new kind: its file beside these, one line in [`ALL`], its handler in `worker`.

pub mod echo;
pub mod http;
pub mod sleep;

use serde_json::Value;

use crate::task::InvalidField;

/// What the platform knows about a kind before it runs.
#[derive(Debug)]
pub struct Kind {
    /// As it stands in `tasks.kind`.
    pub name: &'static str,
    /// One line for people.
    pub description: &'static str,
    /// Checks the payload; `timeout_seconds` is the task's. Paths in the errors begin below `payload`.
    pub validate: fn(payload: &Value, timeout_seconds: i32) -> Vec<InvalidField>,
}

/// Every kind, in the order of their names.
pub const ALL: &[Kind] = &[echo::KIND, http::KIND, sleep::KIND];

/// The kind of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Kind> {
    ALL.iter().find(|kind| kind.name == name)
}

/// The fields of an object that are not in `known`, as errors: a misspelt field must not be ignored silently.
fn unknown_fields(object: &serde_json::Map<String, Value>, known: &[&str]) -> Vec<InvalidField> {
    object
        .keys()
        .filter(|key| !known.contains(&key.as_str()))
        .map(|key| InvalidField::new(["payload", key], format!("is not known; known are: {}", known.join(", "))))
        .collect()
}
