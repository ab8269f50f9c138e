//! Reads a tenant's feed on and on.

use std::collections::HashMap;
use std::sync::Arc;

use entity::audit_log::Model;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::read::{read, rows};
use super::window::{Window, is_recent, window};
use super::{Horizon, Horizons, LONGEST_TRANSACTION, Position, horizon, present};
use crate::task::{self, Head};

/// Rows per read, and most that a slow consumer makes us hold. A row and its task have some 10 KiB at most: a submitter's
/// texts of 255 bytes, the trail's detail of these, an error's message of 2 KiB; payload and result are not read.
const BATCH: u64 = 100;

/// One change of one task.
#[derive(Clone, Debug)]
pub struct Change {
    /// The row of the trail.
    pub row: Model,
    /// The task as it is now, at or past the change's version; changes that were read together share it.
    pub task: Arc<Head>,
    /// Where the change stands; a reader that begins after it misses nothing that follows.
    pub position: Position,
}

/// What one read found.
#[derive(Debug, Default)]
pub struct Batch {
    /// In commit order.
    pub changes: Vec<Change>,
    /// Whether to read again at once.
    pub has_more: bool,
}

/// Where a reader stands, and what it knows about what follows. A read that failed is as if it had not been.
#[derive(Debug)]
pub struct Reader {
    tenant_id: Uuid,
    /// Everything up to here was read; `None` before the first look of a reader that begins in the present.
    position: Option<Position>,
    horizons: Horizons,
    /// What is to be read next, while behind.
    window: Option<Box<Window>>,
    is_behind: bool,
}

impl Reader {
    /// Begins behind `after`, or in the present.
    #[must_use]
    pub fn new(tenant_id: Uuid, after: Option<Position>) -> Reader {
        Reader { tenant_id, position: after, horizons: Horizons::default(), window: None, is_behind: false }
    }

    /// Whether the next read is one of many, each of which may look at many rows.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.is_behind
    }

    /// Whether the next [`Reader::read`] wants a [`Reader::look`] before it.
    #[must_use]
    pub fn must_look(&self) -> bool {
        self.window.is_none()
    }

    /// Reads the horizon; answers with it and with the position.
    ///
    /// # Errors
    /// The database failed.
    pub async fn look<C: ConnectionTrait>(&mut self, db: &C) -> Result<(Position, Horizon), DbErr> {
        let horizon = horizon(db).await?;
        self.horizons.push(horizon);
        Ok((*self.position.get_or_insert_with(|| present(horizon)), horizon))
    }

    /// Reads what follows below the last horizon that was looked at, in steps whose cost does not depend on how much that is.
    ///
    /// # Errors
    /// The database failed.
    pub async fn read<C: ConnectionTrait>(&mut self, db: &C) -> Result<Batch, DbErr> {
        if self.window.is_some() {
            return self.read_window(db).await;
        }
        let (Some(position), Some(horizon)) = (self.position, self.horizons.newest()) else {
            return Ok(Batch { has_more: true, ..Batch::default() });
        };
        let all = self.horizons.passed(horizon, position);
        // While a transaction holds the horizon back, what waits behind it is not looked at again and again.
        if (position.xid, position.id) >= (horizon.xmin - 1, Uuid::max()) {
            (self.position, self.is_behind) = (Some(all), false);
            return Ok(Batch::default());
        }
        if self.is_behind {
            self.window = Some(Box::new(window(db, self.tenant_id, position, horizon, &self.horizons).await?));
            return Ok(Batch { has_more: true, ..Batch::default() });
        }
        if !is_recent(position, horizon) {
            self.is_behind = true;
            return Ok(Batch { has_more: true, ..Batch::default() });
        }
        let found = read(db, self.tenant_id, position, horizon, BATCH).await?;
        let is_full = u64::try_from(found.len()).is_ok_and(|rows| rows >= BATCH);
        let changes = self.deliver(db, found).await?;
        if !is_full {
            self.pass(all);
        }
        self.is_behind = is_full;
        Ok(Batch { changes, has_more: is_full })
    }

    async fn read_window<C: ConnectionTrait>(&mut self, db: &C) -> Result<Batch, DbErr> {
        let count = usize::try_from(BATCH).unwrap_or_default();
        let ids: Vec<_> = self.window.iter().flat_map(|window| &window.keys).take(count).map(|(_, id)| *id).collect();
        let found = rows(db, self.tenant_id, &ids).await?;
        let changes = self.deliver(db, found).await?;
        if let Some(mut window) = self.window.take() {
            window.keys.drain(..ids.len());
            if window.keys.is_empty() {
                self.is_behind = !window.reaches_horizon;
                window.end.into_iter().for_each(|end| self.pass(end));
            } else {
                self.window = Some(window);
            }
        }
        Ok(Batch { changes, has_more: true })
    }

    /// Everything up to `end` was read, rows or none. What the rows have told about the time stays true.
    fn pass(&mut self, end: Position) {
        let since = self.position.map_or(end.since, |position| position.since.max(end.since));
        self.position = Some(Position { since, ..end });
    }

    /// Adds the tasks, read after the rows, so that each is at or past its change; then the position is behind them.
    async fn deliver<C: ConnectionTrait>(&mut self, db: &C, found: Vec<Model>) -> Result<Vec<Change>, DbErr> {
        let tasks = self.tasks_of(db, &found).await?;
        let mut changes = Vec::with_capacity(found.len());
        for row in found {
            let known = self.horizons.before(row.xid).unwrap_or_default().max(row.timestamp - LONGEST_TRANSACTION);
            let since = self.position.map_or(known, |position| known.max(position.since));
            let position = Position { xid: row.xid, id: row.id, since };
            self.position = Some(position);
            // A task that was pruned in the meantime has no state to show.
            if let Some(task) = row.task_id.and_then(|id| tasks.get(&id)) {
                changes.push(Change { row, task: Arc::clone(task), position });
            }
        }
        Ok(changes)
    }

    async fn tasks_of<C: ConnectionTrait>(&self, db: &C, rows: &[Model]) -> Result<HashMap<Uuid, Arc<Head>>, DbErr> {
        let mut ids: Vec<_> = rows.iter().filter_map(|row| row.task_id).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let tasks = task::heads(db, self.tenant_id, &ids).await?;
        Ok(tasks.into_iter().map(|task| (task.id, Arc::new(task))).collect())
    }
}
