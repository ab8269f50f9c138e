//! How much of a request is looked at: its bytes, and before any parser the size and depth of its JSON.
//!
//! A parsed value takes many times the memory of its text (`0,` becomes some hundred bytes in a tree that is converted
//! twice), so bytes alone are no bound. The scan is one pass without recursion and without memory.

use super::error::{ApiError, Code};

/// Largest body of a REST request: a payload of 64 KiB, each byte of which may be escaped as `\u0000`.
pub(crate) const MAX_REST_BODY_BYTES: usize = 512 * 1024;
/// Most payload and result text of a page: it ends where there would be more. The longest of both have 192 KiB.
pub(crate) const MAX_PAGE_TEXT_BYTES: usize = 4 * 1024 * 1024;
/// Most payload and result text of what a GraphQL operation answers. A batch of the greatest length can be answered with its
/// payloads.
pub(crate) const MAX_ANSWER_TEXT_BYTES: usize = 8 * 1024 * 1024;
/// Most commas, colons and brackets outside strings: at least as many as there are values, but for one.
const MAX_JSON_TOKENS: usize = 100_000;
/// Deepest nesting of arrays and objects.
const MAX_JSON_NESTING: usize = 128;

/// Why a JSON text is not parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooMuch {
    /// More than [`MAX_JSON_TOKENS`].
    #[error("the JSON has more than {MAX_JSON_TOKENS} commas, colons and brackets")]
    Tokens,
    /// Deeper than [`MAX_JSON_NESTING`].
    #[error("the JSON is nested more than {MAX_JSON_NESTING} levels deep")]
    Nesting,
}

impl From<TooMuch> for ApiError {
    fn from(error: TooMuch) -> ApiError {
        let code = match error {
            TooMuch::Tokens => Code::PayloadTooLarge,
            TooMuch::Nesting => Code::BadUserInput,
        };
        ApiError::new(code, error.to_string())
    }
}

/// Lets a text through whose parsing costs little. Of a text that is no JSON, the part before the first mistake is counted
/// as a parser reads it, and a parser stops there.
///
/// # Errors
/// The bound that it exceeds.
pub(crate) fn check_json(text: &[u8]) -> Result<(), TooMuch> {
    let (mut at, mut depth, mut tokens) = (0, 0_usize, 0_usize);
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'"' => {
                at = string_end(text, at);
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' | b':' => {}
            _ => continue,
        }
        tokens += 1;
        if depth > MAX_JSON_NESTING {
            return Err(TooMuch::Nesting);
        }
        if tokens > MAX_JSON_TOKENS {
            return Err(TooMuch::Tokens);
        }
    }
    Ok(())
}

/// Behind the quotation mark that ends the string whose inside begins at `from`.
fn string_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize) -> String {
        format!("{}{}", "[".repeat(depth), "]".repeat(depth))
    }

    #[test]
    fn nesting_has_a_bound() {
        assert_eq!(check_json(nested(128).as_bytes()), Ok(()));
        assert_eq!(check_json(nested(129).as_bytes()), Err(TooMuch::Nesting));
        assert_eq!(check_json("{\"a\":".repeat(129).as_bytes()), Err(TooMuch::Nesting));
        // One after the other is not one in the other.
        assert_eq!(check_json(format!("[{}0]", "[[]],{},".repeat(1_000)).as_bytes()), Ok(()));
    }

    #[test]
    fn the_number_of_values_has_a_bound() {
        let zeros = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
        assert_eq!(check_json(zeros(MAX_JSON_TOKENS - 1).as_bytes()), Ok(()));
        assert_eq!(check_json(zeros(MAX_JSON_TOKENS).as_bytes()), Err(TooMuch::Tokens));
        assert_eq!(check_json(format!("[{}0]", "[],".repeat(40_000)).as_bytes()), Err(TooMuch::Tokens));
        assert_eq!(check_json(format!("{{{}}}", "\"a\":0,".repeat(60_000)).as_bytes()), Err(TooMuch::Tokens));
    }

    #[test]
    fn what_stands_in_strings_does_not_count_and_nothing_else_hides() {
        let inside = format!("[\"{}\"]", "[,:{".repeat(100_000));
        assert_eq!(check_json(inside.as_bytes()), Ok(()));
        for string in [r#""\"""#, r#""\\""#, r#""\\\"""#, r#""""#, r#""\u0022""#] {
            let text = format!("[{string},{}]", nested(128));
            assert_eq!(check_json(text.as_bytes()), Err(TooMuch::Nesting), "{string}");
            let text = format!("[{string},\"{}\"]", nested(128));
            assert_eq!(check_json(text.as_bytes()), Ok(()), "{string}");
        }
    }

    #[test]
    fn what_is_no_json_does_no_harm() {
        for text in ["", "\"", "\"\\", "]]]]", "\\", "\u{0}", "nul"] {
            assert_eq!(check_json(text.as_bytes()), Ok(()), "{text}");
        }
        assert_eq!(check_json(b"\xff\xfe[\"\xff\\"), Ok(()));
    }
}
