//! A page of a list by keyset: which rows, from which end, in which order.

use uuid::Uuid;

/// Which end of a list comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
}

/// Which rows of those between the cursors a page takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum End {
    /// The first ones: paging forward.
    #[default]
    First,
    /// The last ones: paging backward. They are still answered in the list's order.
    Last,
}

/// Where a page lies and how long it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Behind the row with this id.
    pub after: Option<Uuid>,
    /// Ahead of the row with this id.
    pub before: Option<Uuid>,
    /// At most this many rows.
    pub limit: u64,
    /// From which end of what lies between the cursors.
    pub end: End,
    /// The list's order.
    pub order: Order,
}

impl Page {
    /// Ids above the first and below the second, whatever the order.
    pub(crate) fn bounds(&self) -> (Option<Uuid>, Option<Uuid>) {
        match self.order {
            Order::Newest => (self.before, self.after),
            Order::Oldest => (self.after, self.before),
        }
    }

    /// Whether rows are read from the greatest id down.
    pub(crate) fn descending(&self) -> bool {
        (self.order == Order::Newest) == (self.end == End::First)
    }

    /// Puts the rows of a read into the list's order.
    pub(crate) fn in_order<T>(&self, mut rows: Vec<T>) -> Vec<T> {
        if self.end == End::Last {
            rows.reverse();
        }
        rows
    }
}
