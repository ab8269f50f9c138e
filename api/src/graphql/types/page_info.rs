//! `PageInfo`

use async_graphql::SimpleObject;

use crate::graphql::scalar::Cursor;

/// Where a page stands in its list.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct PageInfo {
    /// Whether there are rows behind this page.
    pub(crate) has_next_page: bool,
    /// Whether this page was asked for with `after`, so that there are rows before it.
    pub(crate) has_previous_page: bool,
    /// Cursor of the first row; null on an empty page.
    pub(crate) start_cursor: Option<Cursor>,
    /// Cursor of the last row, to be passed as `after`; null on an empty page.
    pub(crate) end_cursor: Option<Cursor>,
}
