//! `sleep`: waits, then is done. Payload `{"milliseconds": n}`.

use serde::Deserialize;
use serde_json::Value;

use super::{Kind, unknown_fields};
use crate::task::InvalidField;

/// See the module.
pub const KIND: Kind = Kind { name: "sleep", description: "Waits for payload.milliseconds.", validate };

/// The payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Payload {
    /// How long to wait; at most the task's timeout.
    pub milliseconds: u64,
}

fn validate(payload: &Value, timeout_seconds: i32) -> Vec<InvalidField> {
    let Some(object) = payload.as_object() else {
        return vec![InvalidField::new(["payload"], "must be an object: {\"milliseconds\": n}")];
    };
    let mut errors = unknown_fields(object, &["milliseconds"]);
    let most = u64::try_from(timeout_seconds).unwrap_or_default() * 1000;
    if object.get("milliseconds").and_then(Value::as_u64).is_none_or(|n| n > most) {
        errors.push(InvalidField::new(
            ["payload", "milliseconds"],
            format!("must be an integer from 0 to {most} (the task's timeout)"),
        ));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn milliseconds_lie_within_the_timeout() {
        assert!(validate(&json!({"milliseconds": 1000}), 1).is_empty());
        for bad in [json!({"milliseconds": 1001}), json!({"milliseconds": -1}), json!({"milliseconds": 1.5}), json!({}), json!(5)]
        {
            assert_eq!(validate(&bad, 1).len(), 1, "{bad}");
        }
        assert_eq!(validate(&json!({"milliseconds": 1, "seconds": 1}), 1)[0].path, ["payload", "seconds"]);
    }
}
