//! `http`: calls the submitter's endpoint. Payload `{"url", "headers", "body"}`.
//!
//! What can be seen from the text alone is refused here; addresses are checked by the worker when it connects, because
//! only then is it known what a name resolves to.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{Kind, unknown_fields};
use crate::task::InvalidField;

/// See the module.
pub const KIND: Kind = Kind { name: "http", description: "POSTs payload.body to payload.url.", validate };

/// Headers a submitter may set; further names beginning with `x-` are allowed, but for those that proxies believe.
pub const ALLOWED_HEADERS: &[&str] = &["accept", "accept-language", "authorization", "content-type"];

const REFUSED_PREFIXES: &[&str] =
    &["x-forwarded", "x-real-ip", "x-original", "x-http-method", "x-cloud-trace", "x-google", "x-goog"];
const MAX_HEADERS: usize = 20;
const MAX_VALUE_BYTES: usize = 4096;
const MAX_URL_BYTES: usize = 2048;

/// The payload.
#[derive(Clone, Debug, Deserialize)]
pub struct Payload {
    /// Where to.
    pub url: String,
    /// Sent beside our own.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Sent as JSON, or as it is when it is a string and `headers` names another content type.
    #[serde(default)]
    pub body: Value,
}

fn validate(payload: &Value, _timeout_seconds: i32) -> Vec<InvalidField> {
    let Some(object) = payload.as_object() else {
        return vec![InvalidField::new(["payload"], "must be an object: {\"url\", \"headers\", \"body\"}")];
    };
    let mut errors = unknown_fields(object, &["url", "headers", "body"]);
    match object.get("url").and_then(Value::as_str) {
        None => errors.push(InvalidField::new(["payload", "url"], "must be a string")),
        Some(text) => {
            if let Err(rule) = check_url(text) {
                errors.push(InvalidField::new(["payload", "url"], rule));
            }
        }
    }
    match object.get("headers") {
        None => {}
        Some(Value::Object(headers)) => {
            if headers.len() > MAX_HEADERS {
                errors.push(InvalidField::new(["payload", "headers"], format!("must be at most {MAX_HEADERS}")));
            }
            for (name, value) in headers.iter().take(MAX_HEADERS) {
                if let Err(rule) = check_header(name, value) {
                    errors.push(InvalidField::new(["payload", "headers", name], rule));
                }
            }
        }
        Some(_) => errors.push(InvalidField::new(["payload", "headers"], "must be an object of strings")),
    }
    errors
}

/// The rules a target's text must keep.
///
/// # Errors
/// The rule that is broken.
pub fn check_url(text: &str) -> Result<Url, &'static str> {
    if text.len() > MAX_URL_BYTES {
        return Err("must be at most 2048 bytes");
    }
    let url = Url::parse(text).map_err(|_| "must be an absolute URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must begin with http:// or https://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not carry a user name or password");
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("must name a host");
    }
    Ok(url)
}

fn check_header(name: &str, value: &Value) -> Result<(), String> {
    let lower = name.to_ascii_lowercase();
    let token = !lower.is_empty() && lower.len() <= 64 && lower.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let extension = lower.starts_with("x-") && !REFUSED_PREFIXES.iter().any(|p| lower.starts_with(p));
    if !token || !(ALLOWED_HEADERS.contains(&lower.as_str()) || extension) {
        return Err(format!("is not allowed; allowed are {} and x-*", ALLOWED_HEADERS.join(", ")));
    }
    match value.as_str() {
        None => Err("must be a string".into()),
        Some(text) if text.len() > MAX_VALUE_BYTES => Err(format!("must be at most {MAX_VALUE_BYTES} bytes")),
        Some(text) if !text.bytes().all(|b| (b' '..=b'~').contains(&b) || b == b'\t') => {
            Err("must be printable ASCII without line breaks".into())
        }
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_plain_target_is_fine() {
        let payload =
            json!({"url": "https://example.com/x?y=1", "headers": {"X-Shop": "7", "content-type": "text/plain"}, "body": "hi"});
        assert_eq!(validate(&payload, 300), []);
    }

    #[test]
    fn hostile_targets_are_refused_by_field() {
        for url in
            ["file:///etc/passwd", "gopher://example.com", "https://u:p@example.com", "/relative", "http://", "javascript:1"]
        {
            assert_eq!(validate(&json!({"url": url}), 300)[0].path, ["payload", "url"], "{url}");
        }
        for (name, value) in [("host", "x"), ("x-forwarded-for", "::1"), ("cookie", "a"), ("x-a", "b\r\nc: d"), ("x a", "b")] {
            let errors = validate(&json!({"url": "https://example.com", "headers": {name: value}}), 300);
            assert_eq!(errors[0].path, ["payload", "headers", name]);
        }
        assert_eq!(validate(&json!({"url": "https://example.com", "method": "GET"}), 300)[0].path, ["payload", "method"]);
    }
}
