//! The arguments `first` and `after`, and what becomes of them.

use uuid::Uuid;

use super::scalar::Cursor;
use crate::cursor::Scope;
use crate::error::ApiError;

/// Rows of a page when the client does not say.
pub(crate) const DEFAULT_FIRST: i32 = 20;
const MAX_FIRST: i32 = 100;

/// A page as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageRequest {
    /// The last id of the page before.
    pub(crate) after: Option<Uuid>,
    /// How many rows to answer with.
    pub(crate) first: usize,
}

impl PageRequest {
    /// # Errors
    /// `BadUserInput` when `first` is out of range, `InvalidCursor` when `after` is no cursor of this list.
    pub(crate) fn read(scope: Scope, first: Option<i32>, after: Option<&Cursor>) -> Result<Self, ApiError> {
        let first = match first.unwrap_or(DEFAULT_FIRST) {
            first @ 1..=MAX_FIRST => usize::try_from(first).unwrap_or_default(),
            _ => return Err(ApiError::field(["first"], format!("must be an integer from 1 to {MAX_FIRST}"))),
        };
        let after = after.map(|cursor| scope.read_page(&cursor.0)).transpose()?;
        Ok(Self { after, first })
    }

    /// One row more than is answered tells whether there is a next page.
    pub(crate) fn limit(self) -> u64 {
        self.first as u64 + 1
    }
}
