//! Brackets and tokens of a document's text, counted in one pass without recursion.
//!
//! Where this scan and the parser could disagree about what is inside a string or a comment, brackets could be hidden from
//! it; each such place is commented on.

use super::objects::Objects;
use super::{Refused, Work};
use crate::config::GraphqlLimits;

/// Refuses a text that is too long, too deeply nested or of too many tokens, or that names a field of an input object
/// twice.
pub(super) fn scan(text: &str, limits: &GraphqlLimits, work: &mut Work) -> Result<(), Refused> {
    if text.len() > limits.bytes {
        return Err(Refused::Bytes(limits.bytes));
    }
    let bytes = text.as_bytes();
    let mut objects = Objects::default();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let end = match byte {
            b'#' => comment_end(bytes, at),
            b if is_ignored(b) => at + 1,
            b'"' => string_end(bytes, at)?.min(bytes.len()),
            b if is_word(b) => at + bytes[at..].iter().take_while(|b| is_word(**b)).count(),
            b'.' if bytes[at..].starts_with(b"...") => at + 3,
            // Punctuation; what is no GraphQL at all counts as a token each and is the parser's to refuse.
            _ => at + 1,
        };
        let token = &bytes[at..end];
        work.bytes += token.len();
        at = end;
        if is_ignored(byte) {
            continue;
        }
        // A comment is no token, but costs the parser more than most.
        work.tokens += 1;
        if work.tokens > limits.tokens {
            return Err(Refused::Tokens(limits.tokens));
        }
        if byte == b'#' {
            continue;
        }
        let same = objects.repeats(token);
        if objects.depth() > limits.nesting {
            return Err(Refused::Nesting(limits.nesting));
        }
        if same {
            return Err(Refused::SameField);
        }
    }
    Ok(())
}

/// What stands between tokens; of the byte order mark, which is ignored too, each byte.
fn is_ignored(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | 0xef | 0xbb | 0xbf)
}

/// Names and numbers; the signs and points of numbers are tokens of their own here, which errs on the strict side.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// A comment ends at a line feed or a carriage return, as in the parser.
fn comment_end(bytes: &[u8], from: usize) -> usize {
    from + bytes[from..].iter().take_while(|b| !matches!(b, b'\n' | b'\r')).count()
}

fn string_end(bytes: &[u8], from: usize) -> Result<usize, Refused> {
    if bytes[from..].starts_with(b"\"\"\"") {
        return block_string_end(bytes, from + 3);
    }
    let mut at = from + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return Ok(at + 1),
            // No string spans lines. The parser stops here; were it not to, the brackets that follow are counted.
            b'\n' | b'\r' => return Ok(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    Ok(bytes.len())
}

/// A block string without an end would be read by the parser as an empty string and whatever follows, nested lists
/// included; the specification does not allow that reading, so it is refused here.
fn block_string_end(bytes: &[u8], from: usize) -> Result<usize, Refused> {
    let mut at = from;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"\\\"\"\"") {
            at += 4;
        } else if bytes[at..].starts_with(b"\"\"\"") {
            return Ok(at + 3);
        } else {
            at += 1;
        }
    }
    Err(Refused::OpenBlockString)
}
