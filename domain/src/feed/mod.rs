//! A tenant's changes in the order in which they were committed.
//!
//! The order is `(xid, id)`, read below the oldest transaction that is still running: a row of it may still appear, and
//! whoever had read past it would miss it. Neither a sequence nor a time gives that order.
//!
//! There is no index by xid (one more btree costs a tenth of the drain rate). Rows are found by their id, which begins
//! with their time: whatever was not yet read was begun after [`Position::since`].

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use entity::audit_log::{Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::ids;
use crate::sql::statement;

/// An id is made by its writer just before the statement that carries it reaches the database: at most 5 s, or the statement
/// is refused (`fresh_id` in SQL); as much again for clocks.
const ID_AHEAD_OF_XID: chrono::Duration = chrono::Duration::seconds(10);

/// A place in a tenant's feed: everything up to and including it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Transaction of the last row read.
    pub xid: i64,
    /// Its id.
    pub id: Uuid,
    /// No transaction after the position began its work before this time (database clock).
    pub since: DateTime<Utc>,
}

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

/// Identifies the cluster whose transaction numbers a position speaks of: after a dump and restore they mean nothing.
///
/// # Errors
/// The database failed.
pub async fn cluster<C: ConnectionTrait>(db: &C) -> Result<i64, DbErr> {
    let query = statement("SELECT system_identifier FROM pg_control_system()", []);
    let row = db.query_one_raw(query).await?.ok_or_else(|| DbErr::RecordNotFound("cluster".into()))?;
    Ok(sea_orm::TryGetable::try_get_by(&row, "system_identifier")?)
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

    /// The latest time at which no transaction from `xid` on had begun; `None` when too long ago to be known.
    #[must_use]
    pub fn before(&self, xid: i64) -> Option<DateTime<Utc>> {
        self.0.iter().rev().find(|h| h.xmax <= xid).map(|h| h.at)
    }
}

/// The position before everything that `horizon` leaves open: from it on, a reader misses nothing that is committed later.
/// `longest` is how long a writing transaction may take (the roles' timeouts bound it).
#[must_use]
pub fn present(horizon: Horizon, longest: chrono::Duration) -> Position {
    Position { xid: horizon.xmin - 1, id: Uuid::max(), since: horizon.at - longest }
}

/// The tenant's transitions after `after` and below `horizon`, in commit order, at most `limit`.
///
/// # Errors
/// The database failed.
pub async fn read<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    after: Position,
    horizon: Horizon,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::TenantId.eq(tenant_id))
        .filter(Column::Id.gte(ids::floor(after.since - ID_AHEAD_OF_XID)))
        .filter(Column::Xid.gte(after.xid))
        .filter(Column::Xid.lt(horizon.xmin))
        .filter(Expr::cust_with_values("(xid, id) > ($1, $2)", [sea_orm::Value::from(after.xid), after.id.into()]))
        .filter(Column::Seq.is_not_null())
        .order_by_asc(Column::Xid)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(db)
        .await
}
