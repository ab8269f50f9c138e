//! Which transactions have ended, and when they can have begun.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::Position;
use crate::sql::statement;

/// What the database says about running transactions.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Horizon {
    /// Every transaction below this one has ended.
    pub xmin: i64,
    /// No transaction at or above this one had begun.
    pub xmax: i64,
    /// Database clock.
    pub at: DateTime<Utc>,
}

/// Reads the horizon, in a statement of its own: on a distributed database the numbers inside a query about one tenant
/// would be another node's.
///
/// # Errors
/// The database failed.
pub async fn horizon<C: ConnectionTrait>(db: &C) -> Result<Horizon, DbErr> {
    let sql = "SELECT pg_snapshot_xmin(s)::text::bigint AS xmin, pg_snapshot_xmax(s)::text::bigint AS xmax, \
               statement_timestamp() AS at FROM pg_current_snapshot() s";
    let row = db.query_one_raw(statement(sql, [])).await?.ok_or_else(|| DbErr::RecordNotFound("snapshot".into()))?;
    Horizon::from_query_result(&row, "")
}

/// Remembers horizons, so that a reader need not look further back than its position asks for.
#[derive(Debug, Default)]
pub struct Horizons(VecDeque<Horizon>);

impl Horizons {
    const KEPT: usize = 64;

    /// Adds the newest.
    pub fn push(&mut self, horizon: Horizon) {
        if self.0.len() == Self::KEPT {
            self.0.pop_front();
        }
        self.0.push_back(horizon);
    }

    /// The newest.
    pub(super) fn newest(&self) -> Option<Horizon> {
        self.0.back().copied()
    }

    /// The latest time at which no transaction from `xid` on had begun; `None` when too long ago to be known.
    #[must_use]
    pub fn before(&self, xid: i64) -> Option<DateTime<Utc>> {
        self.0.iter().rev().find(|h| h.xmax <= xid).map(|h| h.at)
    }

    /// Where a reader stands who has read everything below `horizon` from `after` on, rows or none.
    pub(super) fn passed(&self, horizon: Horizon, after: Position) -> Position {
        if after.xid >= horizon.xmin {
            return after;
        }
        let since = self.before(horizon.xmin).map_or(after.since, |known| known.max(after.since));
        Position { xid: horizon.xmin - 1, id: Uuid::max(), since }
    }
}
