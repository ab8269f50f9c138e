//! The request: the submitter's headers and body, and ours beside them.

use domain::kind::http::{KIND, Payload, check_url};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use url::Url;

use crate::handler::Attempt;

const JSON: &str = "application/json";

/// Checks the payload again, by the rules of its creation: the row may be older than they are.
///
/// # Errors
/// Which field breaks which rule.
pub(super) fn parse(attempt: &Attempt) -> Result<(Url, Payload), String> {
    let timeout_seconds = i32::try_from(attempt.timeout.as_secs()).unwrap_or(i32::MAX);
    if let Some(invalid) = (KIND.validate)(&attempt.payload, timeout_seconds).into_iter().next() {
        return Err(format!("{} {}", invalid.path.join("."), invalid.rule));
    }
    let payload: Payload = serde_json::from_value(attempt.payload.clone()).map_err(|_| "payload must be of kind http")?;
    let url = check_url(&payload.url).map_err(|rule| format!("payload.url {rule}"))?;
    Ok((url, payload))
}

pub(super) fn build(client: &Client, url: Url, payload: &Payload, attempt: &Attempt) -> RequestBuilder {
    let content_type =
        payload.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type")).map(|(_, v)| v.as_str());
    let body = match &payload.body {
        Value::String(text) if content_type.is_some_and(|value| !is_json(value)) => text.clone(),
        body => body.to_string(),
    };
    let mut request = client.post(url).body(body);
    for (name, value) in &payload.headers {
        request = request.header(name, value);
    }
    if content_type.is_none() {
        request = request.header(CONTENT_TYPE, JSON);
    }
    if let Some(traceparent) = &attempt.traceparent {
        request = request.header("traceparent", traceparent);
    }
    request
        .header("idempotency-key", attempt.task_id.to_string())
        .header("ctap-attempt", attempt.number)
        .header("ctap-lease-epoch", attempt.lease_epoch)
}

/// `application/json`, or a type with the suffix `+json` (RFC 6839).
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == JSON || essence.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn request(payload: Value) -> reqwest::Request {
        let attempt = Attempt {
            task_id: Uuid::from_u128(7),
            tenant_id: Uuid::nil(),
            number: 2,
            max_attempts: 5,
            timeout: Duration::from_secs(300),
            lease_epoch: 3,
            payload,
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
        };
        let (url, payload) = parse(&attempt).unwrap();
        build(&Client::new(), url, &payload, &attempt).build().unwrap()
    }

    fn body(request: &reqwest::Request) -> &[u8] {
        request.body().and_then(|body| body.as_bytes()).unwrap()
    }

    #[test]
    fn our_headers_stand_beside_the_submitters() {
        let request = request(json!({"url": "https://example.com", "headers": {"X-Shop": "7"}, "body": {"a": [1]}}));
        let header = |name: &str| request.headers()[name].to_str().unwrap();
        assert_eq!(header("x-shop"), "7");
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("idempotency-key"), Uuid::from_u128(7).to_string());
        assert_eq!((header("ctap-attempt"), header("ctap-lease-epoch")), ("2", "3"));
        assert!(header("traceparent").starts_with("00-0af7"));
        assert_eq!(body(&request), br#"{"a":[1]}"#);
    }

    #[test]
    fn a_text_goes_as_it_is_when_the_submitter_names_its_type() {
        let with_type = |content_type: &str| {
            let headers = json!({"Content-Type": content_type});
            let request = request(json!({"url": "https://example.com", "headers": headers, "body": "a\"b"}));
            assert_eq!(request.headers().get_all("content-type").iter().count(), 1);
            String::from_utf8(body(&request).to_vec()).unwrap()
        };
        assert_eq!(with_type("text/csv; charset=utf-8"), "a\"b");
        assert_eq!(with_type("application/json; charset=utf-8"), r#""a\"b""#);
        assert_eq!(with_type("application/cloudevents+json"), r#""a\"b""#);
    }
}
