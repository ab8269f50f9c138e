//! Text to search for.

/// Nothing that could be found is longer.
const MAX_BYTES: usize = 255;

/// Refuses text that cannot be in any column. PostgreSQL fails on U+0000 rather than finding nothing.
///
/// # Errors
/// The rule that it breaks.
pub(crate) fn searchable(text: String) -> Result<String, String> {
    if text.len() > MAX_BYTES || text.chars().any(char::is_control) {
        return Err(format!("must be at most {MAX_BYTES} bytes without control characters"));
    }
    Ok(text)
}
