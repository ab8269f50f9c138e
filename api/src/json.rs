//! JSON as we take it, in every request: UTF-8 (a byte order mark may stand before it), bounded before it is parsed, and
//! no object with the same key twice ([`Tree`]).

use domain::json::Tree;
use serde::de::DeserializeSeed;
use serde_json::Value;

use crate::error::{ApiError, Code};
use crate::limits;

/// Reads a whole text.
///
/// # Errors
/// `BadUserInput`: no JSON, not UTF-8, a key twice, nested too deeply; line and column are named, of the text only a
/// repeated key. `PayloadTooLarge`: too many values.
pub(crate) fn parse(text: &[u8]) -> Result<Value, ApiError> {
    // Some clients send a byte order mark; RFC 8259 lets us ignore it.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    limits::check_json(text)?;
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Tree.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| ApiError::new(Code::BadUserInput, format!("the body is not valid JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_read_as_any_reader_would() {
        let text = r#" {"a":[1,-1,1.5,1e3,true,false,null,"x\u00e9\ud83d\ude80"],"b":{"a":{}}, "c":18446744073709551615} "#;
        assert_eq!(parse(text.as_bytes()), Ok(serde_json::from_str(text).expect("json")));
        assert_eq!(parse(b"\xef\xbb\xbf7"), Ok(json!(7)));
    }

    #[test]
    fn a_key_may_stand_once_in_an_object() {
        let same_name_elsewhere = br#"[{"a":{"a":1}},{"a":2}]"#;
        assert!(parse(same_name_elsewhere).is_ok());
        for text in [r#"{"a":1,"a":1}"#, r#"[{"x":{"a":1,"b":2,"\u0061":3}}]"#] {
            let error = parse(text.as_bytes()).expect_err("refused");
            assert_eq!(error.code, Code::BadUserInput);
            assert!(error.message.contains("the key \"a\" stands twice"), "{}", error.message);
        }
    }

    #[test]
    fn what_is_no_json_is_refused_without_repeating_it() {
        let utf_16: Vec<u8> = "{\"secret\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let bad: [&[u8]; 9] =
            [b"", b"secret", b"{\"a\":secret}", b"\"\xff\"", b"\"\\ud800\"", b"1e999", b"1 2", b"{\"secret\":1", &utf_16];
        for text in bad {
            let error = parse(text).expect_err("refused");
            assert_eq!(error.code, Code::BadUserInput);
            assert!(!error.message.contains("secret"), "{}", error.message);
        }
        assert_eq!(parse("[".repeat(1_000).as_bytes()).expect_err("deep").code, Code::BadUserInput);
    }
}
