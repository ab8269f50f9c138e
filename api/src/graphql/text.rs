//! Text to search for.

use crate::error::ApiError;

/// Nothing that could be found is longer.
const MAX_BYTES: usize = 255;

/// Refuses text that cannot be in any column. PostgreSQL fails on U+0000 rather than finding nothing.
///
/// # Errors
/// `BadUserInput` with the path.
pub(crate) fn searchable<'a>(path: [&'a str; 2], text: Option<&'a str>) -> Result<(), ApiError> {
    match text {
        Some(text) if text.len() > MAX_BYTES || text.chars().any(char::is_control) => {
            Err(ApiError::field(path, format!("must be at most {MAX_BYTES} bytes without control characters")))
        }
        _ => Ok(()),
    }
}
