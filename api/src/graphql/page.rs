//! The arguments of a connection (`first` with `after`, `last` with `before`), and what becomes of them.

use domain::page::{End, Order, Page};
use uuid::Uuid;

use super::scalar::Cursor;
use super::types::PageInfo;
use crate::cursor::Scope;
use crate::error::ApiError;

/// Rows of a page when the client does not say.
pub(crate) const DEFAULT_ROWS: i32 = 20;
const MAX_ROWS: i32 = 100;
/// Rows of a list without pages when the client does not say.
pub(crate) const LISTED: i32 = 100;
/// Most rows of one.
pub(crate) const MAX_LISTED: u16 = 1_000;

/// How long a list without pages may be.
///
/// # Errors
/// `BadUserInput` when that is out of range.
pub(crate) fn listed(first: i32) -> Result<u16, ApiError> {
    let rows = u16::try_from(first).ok().filter(|rows| (1..=MAX_LISTED).contains(rows));
    rows.ok_or_else(|| ApiError::field(["first"], format!("must be an integer from 1 to {MAX_LISTED}")))
}

/// A connection's arguments as they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageArgs {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<Cursor>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<Cursor>,
}

/// A page as it was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageRequest {
    scope: Scope,
    rows: usize,
    page: Page,
}

impl PageArgs {
    /// # Errors
    /// `BadUserInput` when `first` or `last` is out of range or both are given, `InvalidCursor` when `after` or `before` is
    /// no cursor of this list.
    pub(crate) fn read(&self, scope: Scope, order: Order) -> Result<PageRequest, ApiError> {
        let (end, name, rows) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(ApiError::field(["last"], "must not be given together with first")),
            (None, Some(last)) => (End::Last, "last", last),
            (first, None) => (End::First, "first", first.unwrap_or(DEFAULT_ROWS)),
        };
        if !(1..=MAX_ROWS).contains(&rows) {
            return Err(ApiError::field([name], format!("must be an integer from 1 to {MAX_ROWS}")));
        }
        let rows = rows.unsigned_abs();
        let id = |cursor: &Option<Cursor>| cursor.as_ref().map(|cursor| scope.read_page(&cursor.0)).transpose();
        // One row more than is answered tells whether there are others.
        let page = Page { after: id(&self.after)?, before: id(&self.before)?, limit: u64::from(rows) + 1, end, order };
        Ok(PageRequest { scope, rows: usize::try_from(rows).unwrap_or_default(), page })
    }
}

impl PageRequest {
    /// What is to be read.
    pub(crate) fn page(&self) -> Page {
        self.page
    }

    /// The rows with their cursors, without the one that was too many.
    /// `cut`: the read left rows out before it had as many.
    pub(crate) fn answer<T>(&self, mut rows: Vec<T>, cut: bool, id: impl Fn(&T) -> Uuid) -> (Vec<(Cursor, T)>, PageInfo) {
        let more = cut || rows.len() > self.rows;
        let (has_previous_page, has_next_page) = match self.page.end {
            End::First => {
                rows.truncate(self.rows);
                (self.page.after.is_some(), more || self.page.before.is_some())
            }
            End::Last => {
                rows.drain(..rows.len().saturating_sub(self.rows));
                (more || self.page.after.is_some(), self.page.before.is_some())
            }
        };
        let rows: Vec<_> = rows.into_iter().map(|row| (Cursor(self.scope.page(id(&row))), row)).collect();
        let cursor = |row: Option<&(Cursor, T)>| row.map(|(cursor, _)| cursor.clone());
        let (start_cursor, end_cursor) = (cursor(rows.first()), cursor(rows.last()));
        (rows, PageInfo { has_next_page, has_previous_page, start_cursor, end_cursor })
    }
}
