//! From a query string to a GraphQL request: `query`, `operationName`, and `variables` and `extensions` as JSON text.

use async_graphql::Request;
use serde_json::{Map, Value};

use super::request::{bad, of_fields};
use crate::error::ApiError;
use crate::json;

/// Reads a GET's query string. What else is there is ignored, as other programs put parameters of their own into
/// addresses.
///
/// # Errors
/// `BadUserInput`: no query, a parameter twice, of the wrong kind, or not in UTF-8.
pub(super) fn request(text: &str) -> Result<Request, ApiError> {
    let mut fields = Map::new();
    for (name, value) in text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))) {
        let Some(name) = decode(name).filter(|name| KNOWN.contains(&name.as_str())) else { continue };
        let value = decode(value).ok_or_else(|| bad(&format!("{name} must be percent-encoded UTF-8")))?;
        let value = match name.as_str() {
            "query" => Value::String(value),
            // Set but empty is what a form sends for a field that was left alone.
            _ if value.is_empty() => Value::Null,
            "operationName" => Value::String(value),
            _ => json::parse(value.as_bytes())
                .map_err(|error| ApiError { message: format!("{name}: {}", error.message), ..error })?,
        };
        if fields.insert(name.clone(), value).is_some() {
            return Err(bad(&format!("{name} must be given once")));
        }
    }
    of_fields(fields)
}

const KNOWN: [&str; 4] = ["query", "operationName", "variables", "extensions"];

/// The text that is meant (`application/x-www-form-urlencoded`); nothing if an escape is broken or the bytes are no UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => 16 * hex(bytes.next()?)? + hex(bytes.next()?)?,
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn a_query_string_is_read_as_a_body_is() {
        let read =
            request("query=%7B+a+%7D&operationName=x&variables=%7B%22v%22%3A%22%c3%a9%22%7D&utm=1&utm=2&%ff=1").expect("good");
        assert_eq!((read.query.as_str(), read.operation_name.as_deref()), ("{ a }", Some("x")));
        assert_eq!(read.variables.get("v").map(ToString::to_string).as_deref(), Some("\"é\""));
        for good in
            ["query=%7Ba%7D&variables=&extensions=&operationName=", "%71uery={a}", "query=", "query", "query={a}&variables=null"]
        {
            assert!(request(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for bad in [
            "",
            "q=1",
            "QUERY=a",
            "query=a&query=a",
            "query=a&%71uery=a",
            "query=a&variables=&variables=",
            "query=a&variables=1",
            "query=a&variables=%5B%5D",
            "query=a&variables=x",
            "query=a&variables=%7B%22a%22:1,%22a%22:2%7D",
            "query=a&extensions=1",
            "query=%",
            "query=%7",
            "query=%zz",
            "query=%ff",
            "query=%ed%a0%80",
        ] {
            assert_eq!(request(bad).err().map(|e| e.code), Some(Code::BadUserInput), "{bad}");
        }
    }
}
