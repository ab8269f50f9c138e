//! What is kept of an answer's body.

use reqwest::Response;

/// Kept of a body.
const MAX_BYTES: usize = 64 * 1024;
/// The text may take this much as JSON, where a control character takes six bytes: binary bodies grow.
const MAX_JSON_BYTES: usize = 120 * 1024;

/// A body as text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) text: String,
    /// There was more than is kept.
    pub(super) truncated: bool,
}

/// Reads up to the limit and no further: the rest is never received, and the connection is not used again.
///
/// # Errors
/// The body broke off, or is no valid HTTP.
pub(super) async fn read(mut response: Response, max_bytes: usize) -> Result<Body, reqwest::Error> {
    let max_bytes = max_bytes.min(MAX_BYTES);
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = max_bytes - bytes.len();
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            return Ok(to_text(&bytes, true));
        }
    }
    Ok(to_text(&bytes, false))
}

/// All that is kept of a body.
pub(super) async fn read_whole(response: Response) -> Result<Body, reqwest::Error> {
    read(response, MAX_BYTES).await
}

/// Bytes that are no UTF-8, and NUL, which the database cannot store, become U+FFFD.
fn to_text(bytes: &[u8], mut truncated: bool) -> Body {
    let mut text = String::with_capacity(bytes.len());
    let mut json_bytes = 2;
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        // A character that the cut went through is dropped, not replaced.
        let cut_through = truncated && chunks.peek().is_none();
        let replacement = if chunk.invalid().is_empty() || cut_through { None } else { Some('\u{fffd}') };
        for c in chunk.valid().chars().map(|c| if c == '\0' { '\u{fffd}' } else { c }).chain(replacement) {
            json_bytes += json_len(c);
            if json_bytes > MAX_JSON_BYTES {
                truncated = true;
                return Body { text, truncated };
            }
            text.push(c);
        }
    }
    Body { text, truncated }
}

/// Bytes of a character within a JSON string (RFC 8259 section 7, as `serde_json` writes it).
fn json_len(c: char) -> usize {
    match c {
        '"' | '\\' | '\u{8}' | '\u{c}' | '\n' | '\r' | '\t' => 2,
        c if c < ' ' => 6,
        c => c.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_leaves_no_broken_character() {
        assert_eq!(to_text(&"aé".as_bytes()[..2], true), Body { text: "a".into(), truncated: true });
        assert_eq!(to_text(&"aé".as_bytes()[..2], false), Body { text: "a\u{fffd}".into(), truncated: false });
        assert_eq!(to_text(b"a\xffb\0", false).text, "a\u{fffd}b\u{fffd}");
    }

    #[test]
    fn a_binary_body_stays_within_a_result() {
        for byte in [0x01, 0xff, b'"', b'x', 0] {
            let body = to_text(&vec![byte; MAX_BYTES], false);
            let json = serde_json::to_string(&body.text).unwrap();
            assert!(json.len() <= MAX_JSON_BYTES, "{byte}: {}", json.len());
            assert_eq!(body.truncated, body.text.chars().count() < MAX_BYTES, "{byte}");
        }
        assert_eq!(to_text(&[b'x'; MAX_BYTES], false).text.len(), MAX_BYTES);
    }
}
