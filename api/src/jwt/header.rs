//! What a token says about itself, before anything of it is believed (RFC 7515, 4).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value};

use super::refused::Refused;
use crate::json;

/// Longest `kid`, in bytes.
const MAX_KEY_ID_BYTES: usize = 256;

/// Members that are refused, whatever they say. The first four bring the token's own key along; `crit` asks for
/// extensions, of which we know none; `b64`, `enc` and `zip` change what the payload is.
const REFUSED: [&str; 8] = ["jwk", "jku", "x5c", "x5u", "crit", "b64", "enc", "zip"];

/// The two members that matter.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    pub(super) key_id: Option<String>,
}

impl Header {
    /// Reads the first part of a token.
    pub(super) fn read(part: &str) -> Result<Header, Refused> {
        let members = object(part).ok_or(Refused::Malformed)?;
        if let Some(name) = REFUSED.into_iter().find(|name| members.contains_key(*name)) {
            return Err(Refused::Header(name));
        }
        if !members.get("typ").is_none_or(is_jwt) {
            return Err(Refused::Header("typ"));
        }
        let algorithm = members.get("alg").and_then(Value::as_str).and_then(|name| name.parse().ok());
        Ok(Header { algorithm: algorithm.ok_or(Refused::Algorithm)?, key_id: key_id(members.get("kid"))? })
    }
}

/// A part of a token that is to be a JSON object; none of its objects has a name twice.
pub(super) fn object(part: &str) -> Option<Map<String, Value>> {
    match json::parse(&URL_SAFE_NO_PAD.decode(part).ok()?) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}

/// `JWT`, or an access token of RFC 9068. Media types: case does not matter, `application/` may be left out. Other kinds
/// of token (ID tokens and logout tokens that name themselves) are not meant for us.
fn is_jwt(typ: &Value) -> bool {
    let typ = typ.as_str().map(str::to_ascii_lowercase).unwrap_or_default();
    matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
}

fn key_id(kid: Option<&Value>) -> Result<Option<String>, Refused> {
    match kid {
        None => Ok(None),
        Some(Value::String(kid)) if kid.len() <= MAX_KEY_ID_BYTES && !kid.contains(char::is_control) => Ok(Some(kid.clone())),
        Some(_) => Err(Refused::Header("kid")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(header: &str) -> Result<Header, Refused> {
        Header::read(&URL_SAFE_NO_PAD.encode(header))
    }

    #[test]
    fn usual_headers_are_read() {
        for typ in ["JWT", "jwt", "at+jwt", "application/at+jwt", "application/JWT"] {
            let header = json!({"alg": "ES256", "typ": typ, "kid": "k", "x5t": "ignored"}).to_string();
            assert_eq!(read(&header), Ok(Header { algorithm: Algorithm::ES256, key_id: Some("k".into()) }), "{typ}");
        }
        assert_eq!(read(r#"{"alg":"EdDSA"}"#), Ok(Header { algorithm: Algorithm::EdDSA, key_id: None }));
    }

    #[test]
    fn no_algorithm_is_guessed() {
        for header in ["{}", r#"{"alg":"none"}"#, r#"{"alg":"None"}"#, r#"{"alg":"es256"}"#, r#"{"alg":1}"#, r#"{"alg":null}"#] {
            assert_eq!(read(header), Err(Refused::Algorithm), "{header}");
        }
    }

    #[test]
    fn members_that_could_mislead_are_refused_even_when_null() {
        for name in REFUSED {
            for value in [Value::Null, json!("x"), json!([]), json!({})] {
                let header = json!({"alg": "ES256", name: value}).to_string();
                assert_eq!(read(&header), Err(Refused::Header(name)), "{header}");
            }
        }
        for typ in [json!("logout+jwt"), json!("JWE"), json!(""), json!(1), Value::Null] {
            assert_eq!(read(&json!({"alg": "ES256", "typ": typ}).to_string()), Err(Refused::Header("typ")));
        }
        for kid in [json!(1), Value::Null, json!(["k"]), json!("k".repeat(257)), json!("a\0b"), json!("a\nb")] {
            assert_eq!(read(&json!({"alg": "ES256", "kid": kid}).to_string()), Err(Refused::Header("kid")));
        }
    }

    #[test]
    fn what_is_no_object_is_malformed() {
        for header in ["", "[]", "null", "\"x\"", "{", r#"{"alg":"ES256","alg":"none"}"#, r#"{"alg":"ES256","x":1,"x":1}"#] {
            assert_eq!(read(header), Err(Refused::Malformed), "{header}");
        }
        assert_eq!(Header::read("eyJhbGciOiJFUzI1NiJ9="), Err(Refused::Malformed));
        assert_eq!(Header::read("e+/"), Err(Refused::Malformed));
    }
}
