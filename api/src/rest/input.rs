//! From a JSON body to a submission: which fields there are, and of which type. Their rules are `domain`'s.

use chrono::{DateTime, Utc};
use domain::task::NewTask;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::error::{ApiError, FieldError};
use crate::time;

/// A submission.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewTask)]
#[expect(dead_code, reason = "describes what `new_task` reads by hand, so that every mistake is named")]
pub(super) struct NewTaskBody {
    /// Which handler runs it: `echo`, `sleep` or `http`.
    kind: String,
    /// What the kind asks for: not null, at most 64 KiB, nested at most 64 deep, without U+0000.
    payload: Value,
    /// Which line it waits in.
    #[schema(default = "default", pattern = "^[a-z0-9][a-z0-9._-]{0,62}$")]
    queue: Option<String>,
    /// Higher first.
    #[schema(default = 0, minimum = -100, maximum = 100)]
    priority: Option<i16>,
    /// Not run before; a past time, or none, means now.
    #[schema(format = DateTime)]
    run_at: Option<String>,
    /// How often it is tried.
    #[schema(default = 5, minimum = 1, maximum = 100)]
    max_attempts: Option<i32>,
    /// Of one attempt.
    #[schema(default = 300, minimum = 1, maximum = 86_400)]
    timeout_seconds: Option<i32>,
    /// The submitter's own id, unique within the tenant: 1 to 255 bytes without control characters.
    #[schema(min_length = 1, max_length = 255)]
    reference: Option<String>,
    /// As the header `Idempotency-Key`.
    #[schema(pattern = "^[ -~]{1,255}$")]
    idempotency_key: Option<String>,
}

/// Reads the body of `POST /v1/tasks`. A field that is null is as good as absent.
///
/// # Errors
/// Everything that is wrong with it at once: missing, unknown and mistyped fields, and the rules of the others.
pub(super) fn new_task(body: Value) -> Result<NewTask, ApiError> {
    let Value::Object(fields) = body else {
        return Err(ApiError::field([], "the body must be a JSON object"));
    };
    let mut fields = Fields { fields, errors: Vec::new() };
    let new = NewTask {
        kind: fields.string("kind").unwrap_or_default(),
        payload: fields.take("payload").unwrap_or_default(),
        queue: fields.string("queue"),
        priority: fields.integer("priority"),
        run_at: fields.time("runAt"),
        max_attempts: fields.integer("maxAttempts"),
        timeout_seconds: fields.integer("timeoutSeconds"),
        reference: fields.string("reference"),
        idempotency_key: fields.string("idempotencyKey"),
    };
    if new.payload.is_null() {
        fields.broken("payload", "is required");
    }
    if new.kind.is_empty() && !fields.is_broken("kind") {
        fields.broken("kind", "is required");
    }
    fields.refuse_the_rest();
    if fields.errors.is_empty() {
        return Ok(new);
    }
    // What can be read is checked too, so that a client learns of all its mistakes in one answer.
    let mut errors = fields.errors;
    let of_domain = new.validate().err().unwrap_or_default().into_iter().map(FieldError::from);
    let named: Vec<_> = errors.iter().filter_map(|error| error.path.first().cloned()).collect();
    errors.extend(of_domain.filter(|error| error.path.first().is_none_or(|name| !named.contains(name))));
    Err(ApiError::invalid(errors))
}

struct Fields {
    fields: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Fields {
    fn take(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    fn string(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            _ => {
                self.broken(name, "must be a string");
                None
            }
        }
    }

    fn integer(&mut self, name: &str) -> Option<i64> {
        let number = self.take(name)?.as_i64();
        if number.is_none() {
            self.broken(name, "must be an integer");
        }
        number
    }

    fn time(&mut self, name: &str) -> Option<DateTime<Utc>> {
        let text = self.string(name)?;
        let at = time::parse(&text);
        if at.is_none() {
            self.broken(name, time::RULE);
        }
        at
    }

    fn refuse_the_rest(&mut self) {
        let known = "kind, payload, queue, priority, runAt, maxAttempts, timeoutSeconds, reference, idempotencyKey";
        let unknown: Vec<_> = self.fields.keys().take(10).cloned().collect();
        for name in unknown {
            self.broken(&name, &format!("is not known; known are: {known}"));
        }
    }

    fn is_broken(&self, name: &str) -> bool {
        self.errors.iter().any(|error| error.path == [name])
    }

    fn broken(&mut self, name: &str, rule: &str) {
        self.errors.push(FieldError { path: vec![name.to_owned()], rule: rule.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn broken(body: Value) -> Vec<(String, String)> {
        let error = new_task(body).expect_err("accepted");
        error.fields.into_iter().map(|field| (field.path.join("."), field.rule)).collect()
    }

    #[test]
    fn a_full_body_is_read() {
        let new = new_task(json!({
            "kind": "echo", "payload": {"a": 1}, "queue": "q", "priority": -3, "runAt": "2030-01-01T01:00:00.5+01:00",
            "maxAttempts": 2, "timeoutSeconds": 9, "reference": "r", "idempotencyKey": "k",
        }))
        .unwrap();
        assert_eq!((new.kind.as_str(), new.payload, new.queue.as_deref()), ("echo", json!({"a": 1}), Some("q")));
        assert_eq!((new.priority, new.max_attempts, new.timeout_seconds), (Some(-3), Some(2), Some(9)));
        assert_eq!(new.run_at.unwrap().to_rfc3339(), "2030-01-01T00:00:00.500+00:00");
        assert_eq!((new.reference.as_deref(), new.idempotency_key.as_deref()), (Some("r"), Some("k")));
    }

    #[test]
    fn null_is_as_good_as_absent() {
        assert!(new_task(json!({"kind": "echo", "payload": 0, "queue": null, "runAt": null, "priority": null})).is_ok());
        assert_eq!(broken(json!({"kind": "echo", "payload": null})), [("payload".into(), "is required".into())]);
    }

    #[test]
    fn every_mistake_is_named_once() {
        let errors = broken(json!({
            "kind": 7, "queue": "UPPER", "priority": 1.5, "runAt": "tomorrow", "maxAttempts": 0, "maxAtempts": 3,
        }));
        let names: Vec<_> = errors.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["kind", "priority", "runAt", "payload", "maxAtempts", "maxAttempts", "queue"]);
    }

    #[test]
    fn only_an_object_is_a_body() {
        for body in [json!([]), json!("x"), json!(null), json!(1)] {
            assert_eq!(broken(body), [(String::new(), "the body must be a JSON object".into())]);
        }
    }
}
