//! A tenant's changes in the order in which they were committed.
//!
//! The order is `(xid, id)`, read below the oldest transaction that is still running: a row of it may still appear, and
//! whoever had read past it would miss it. Neither a sequence nor a time gives that order.
//!
//! There is no index by xid (one more btree costs a tenth of the drain rate). Rows are found by their id, which begins
//! with their time: [`Position::since`] tells from where on to look, and `window` how far one has to.

mod horizon;
mod read;
mod reader;
mod window;

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::sql::statement;

pub use horizon::{Horizon, Horizons, horizon};
pub use read::read;
pub use reader::{Batch, Change, Reader};

/// Longest from a transaction's number to the last of its statements: the pools' limits of statements and idleness bound it.
pub const LONGEST_TRANSACTION: Duration = Duration::seconds(60);

/// An id is made by its writer just before the statement that carries it reaches the database: at most 5 s, or the statement
/// is refused (`fresh_id` in SQL). The statement takes its transaction's number before it looks at anything or waits for
/// anybody. As much again for clocks.
const ID_BEFORE_XID: Duration = Duration::seconds(10);

/// The other way round: an id is of a statement of its transaction, or at most 5 s ahead of it.
const ID_AFTER_XID: Duration = Duration::seconds(LONGEST_TRANSACTION.num_seconds() + 5);

/// A place in a tenant's feed: everything up to and including it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Transaction of the last row read.
    pub xid: i64,
    /// Its id.
    pub id: Uuid,
    /// No row after the position has an id of more than 10 s before this time (database clock): its transaction began later, or
    /// all rows with such ids were read.
    pub since: DateTime<Utc>,
}

/// Identifies the cluster whose transaction numbers a position speaks of: after a dump and restore they mean nothing.
///
/// # Errors
/// The database failed.
pub async fn cluster<C: ConnectionTrait>(db: &C) -> Result<i64, DbErr> {
    let query = statement("SELECT system_identifier FROM pg_control_system()", []);
    let row = db.query_one_raw(query).await?.ok_or_else(|| DbErr::RecordNotFound("cluster".into()))?;
    Ok(sea_orm::TryGetable::try_get_by(&row, "system_identifier")?)
}

/// The position before everything that `horizon` leaves open: from it on, a reader misses nothing that is committed later.
#[must_use]
pub fn present(horizon: Horizon) -> Position {
    Position { xid: horizon.xmin - 1, id: Uuid::max(), since: horizon.at - LONGEST_TRANSACTION }
}
