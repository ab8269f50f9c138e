//! `PageInfo`

use async_graphql::SimpleObject;

use crate::graphql::scalar::Cursor;

/// Where a page stands in its list. What a cursor points to counts as a row of the list, also when it matches the filter
/// no more.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct PageInfo {
    /// Whether there are rows behind this page.
    pub(crate) has_next_page: bool,
    /// Whether there are rows ahead of this page.
    pub(crate) has_previous_page: bool,
    /// Cursor of the first row, to be passed as `before`; null on an empty page.
    pub(crate) start_cursor: Option<Cursor>,
    /// Cursor of the last row, to be passed as `after`; null on an empty page.
    pub(crate) end_cursor: Option<Cursor>,
}
