//! The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header-07): a structured string in quotes, and as most
//! clients send it, without them.

use axum::http::HeaderMap;

use crate::error::ApiError;

const NAME: &str = "idempotency-key";
const FIELD: [&str; 1] = ["idempotencyKey"];

/// The key of a request: its header's, or its body's, or both when they are the same.
///
/// # Errors
/// `BadUserInput` naming `idempotencyKey`: two headers, a malformed one, or another key in the body.
pub(super) fn key(headers: &HeaderMap, in_body: Option<String>) -> Result<Option<String>, ApiError> {
    let mut values = headers.get_all(NAME).iter();
    let Some(value) = values.next() else { return Ok(in_body) };
    if values.next().is_some() {
        return Err(ApiError::field(FIELD, "must come with one Idempotency-Key header at most"));
    }
    let malformed = || ApiError::field(FIELD, "must be 1 to 255 printable ASCII characters, with or without quotes around them");
    let text = value.to_str().map_err(|_| malformed())?;
    let in_header = if text.starts_with('"') { unquote(text).ok_or_else(malformed)? } else { text.to_owned() };
    if in_body.is_some_and(|key| key != in_header) {
        return Err(ApiError::field(FIELD, "must be the same in the header and in the body"));
    }
    Ok(Some(in_header))
}

/// A string of RFC 9651, 3.3.3; parameters after it mean nothing to us and are refused.
fn unquote(text: &str) -> Option<String> {
    let mut characters = text.strip_prefix('"')?.strip_suffix('"')?.chars();
    let mut key = String::new();
    while let Some(character) = characters.next() {
        match character {
            '"' => return None,
            '\\' => key.push(characters.next().filter(|escaped| matches!(escaped, '"' | '\\'))?),
            plain => key.push(plain),
        }
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str], in_body: Option<&str>) -> Result<Option<String>, String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(NAME, value.parse().unwrap());
        }
        key(&headers, in_body.map(str::to_owned)).map_err(|error| error.message)
    }

    #[test]
    fn a_key_is_read_bare_and_quoted() {
        for (header, key) in [("abc", "abc"), ("\"abc\"", "abc"), (r#""a\"b\\c""#, r#"a"b\c"#), ("a\"b", "a\"b")] {
            assert_eq!(of(&[header], None).unwrap().as_deref(), Some(key), "{header}");
        }
        assert_eq!(of(&[], None).unwrap(), None);
        assert_eq!(of(&[], Some("k")).unwrap().as_deref(), Some("k"));
        assert_eq!(of(&["\"k\""], Some("k")).unwrap().as_deref(), Some("k"));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for bad in ["\"", "\"a", "\"a\"b\"", r#""a\b""#, r#""a\""#, "\"a\";p=1", "\"a\", \"b\""] {
            assert!(of(&[bad], None).is_err(), "{bad}");
        }
        assert!(of(&["a", "a"], None).is_err());
        assert!(of(&["a"], Some("b")).is_err());
    }
}
