//! The keys of many changes in commit order, for a reader who is behind.
//!
//! Whoever has missed much must not sort all of it for every hundred rows. So a slice of the trail is looked at, from the
//! position to a place some rows on, and the first keys of it are kept in memory and read row by row.
//!
//! A slice is cut by id and read by xid. Which transactions are whole in it? An id lies at most [`ID_BEFORE_XID`] before the
//! time of its transaction's number and at most [`ID_AFTER_XID`] behind. So when a transaction has a row that lies
//! [`OVERLAP`] (the sum) or more before the slice's end, its number was given [`ID_AFTER_XID`] or more before that end, as
//! those of all transactions before it, and none of these has a row behind the end. After them, all rows that lie `OVERLAP`
//! before the end were read, and the next slice begins there.

use std::collections::VecDeque;

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ConnectionTrait, DbErr, TryGetable};
use uuid::Uuid;

use super::{Horizon, Horizons, ID_AFTER_XID, ID_BEFORE_XID, Position};
use crate::ids;
use crate::sql::{limit, statement};

/// Rows of a slice, or more when they lie within [`SPAN`], and keys that a reader keeps of it, 24 bytes each: what a step costs
/// and what it is good for. (A busy tenant's slice is looked at once for so many of its keys, until the reader is behind it.)
const SLICE: usize = 10_000;
const OVERLAP: Duration = Duration::seconds(ID_BEFORE_XID.num_seconds() + ID_AFTER_XID.num_seconds());
/// Shortest time of a slice, so that each leads on by as much as it repeats.
const SPAN: Duration = Duration::seconds(2 * OVERLAP.num_seconds());

/// Changes that are to be read next.
#[derive(Debug)]
pub(super) struct Window {
    /// Their xids and ids, in commit order.
    pub(super) keys: VecDeque<(i64, Uuid)>,
    /// The position behind them; `None` when more of the slice follow the last.
    pub(super) end: Option<Position>,
    /// Whether nothing below the horizon lies behind them.
    pub(super) reaches_horizon: bool,
}

/// Whether so little time has passed since the position that no slice is cut from it.
pub(super) fn is_recent(after: Position, horizon: Horizon) -> bool {
    after.since - ID_BEFORE_XID + SPAN > horizon.at
}

/// Finds the next changes after `after` and below the last of the horizons, which is `horizon`.
pub(super) async fn window<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    after: Position,
    horizon: Horizon,
    horizons: &Horizons,
) -> Result<Window, DbErr> {
    let all = horizons.passed(horizon, after);
    // Transactions that still run, or are to come, have no row that lies `OVERLAP` before this time.
    let newest = horizons.before(horizon.xmin).map_or(horizon.at, |known| horizon.at.min(known + ID_AFTER_XID));
    let from = ids::floor(after.since - ID_BEFORE_XID);
    let (mut upto, mut xid, mut end) = (Uuid::max(), horizon.xmin - 1, all);
    if let Some(until) = cut(db, tenant_id, after.since - ID_BEFORE_XID, newest).await? {
        upto = ids::floor(until);
        let settled = settled(db, tenant_id, from, ids::floor(until - OVERLAP)).await?.unwrap_or(i64::MIN);
        // Else a transaction that still runs has a row in the slice, and what is above the horizon was not read.
        if settled < horizon.xmin {
            xid = settled;
            let since = after.since.max(until - ID_AFTER_XID);
            end = if xid < after.xid { Position { since, ..after } } else { Position { xid, id: Uuid::max(), since } };
        }
    }
    let values = [tenant_id.into(), from.into(), upto.into(), after.xid.into(), after.id.into(), xid.into(), limit(SLICE).into()];
    let row = db.query_one_raw(statement(include_str!("sql/keys.sql"), values)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("keys".into()))?;
    let (xids, ids) = (Vec::<i64>::try_get_by(&row, "xids")?, Vec::<Uuid>::try_get_by(&row, "ids")?);
    let is_whole = ids.len() < SLICE;
    let keys = xids.into_iter().zip(ids).collect();
    Ok(Window { keys, end: is_whole.then_some(end), reaches_horizon: is_whole && end == all })
}

/// The time at which a slice ends that begins at `from`: as long as it has no more than [`SLICE`] rows it is made twice as
/// long. `None` when it goes on to the present, since it would end behind `newest`.
async fn cut<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    from: DateTime<Utc>,
    newest: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    if from + SPAN > newest {
        return Ok(None);
    }
    let (mut span, mut room) = (Duration::zero(), limit(SLICE));
    loop {
        let longer = SPAN.max(span * 2);
        let is_last = from + longer > newest;
        let upto = if is_last { Uuid::max() } else { ids::floor(from + longer) };
        let rows = count(db, tenant_id, ids::floor(from + span), upto, room + 1).await?;
        if rows > room {
            return Ok(Some(from + SPAN.max(span)));
        }
        if is_last {
            return Ok(None);
        }
        (span, room) = (longer, room - rows);
    }
}

async fn count<C: ConnectionTrait>(db: &C, tenant_id: Uuid, from: Uuid, upto: Uuid, at_most: i64) -> Result<i64, DbErr> {
    let values = [tenant_id.into(), from.into(), upto.into(), at_most.into()];
    let row = db.query_one_raw(statement(include_str!("sql/count.sql"), values)).await?;
    row.map_or(Ok(0), |row| Ok(i64::try_get_by(&row, "rows")?))
}

async fn settled<C: ConnectionTrait>(db: &C, tenant_id: Uuid, from: Uuid, upto: Uuid) -> Result<Option<i64>, DbErr> {
    let values = [tenant_id.into(), from.into(), upto.into()];
    let row = db.query_one_raw(statement(include_str!("sql/settled.sql"), values)).await?;
    row.map_or(Ok(None), |row| Ok(Option::<i64>::try_get_by(&row, "xid")?))
}
