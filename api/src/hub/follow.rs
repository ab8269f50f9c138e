//! All changes of a tenant, in commit order.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use domain::entity::audit_log;
use domain::feed::{self, Horizon, Horizons, Position};
use domain::task::{self, Head};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::patience::{Patience, jittered};
use super::registry::{Interest, Registration};
use super::{Hub, LONGEST_TRANSACTION, Source, Update};
use crate::error::{ApiError, Code};

/// Rows per read, and most that a slow consumer makes us hold. A row and its task have some 10 KiB at most: a submitter's
/// texts of 255 bytes, the trail's detail of these, an error's message of 2 KiB; payload and result are not read.
const BATCH: u64 = 100;
/// The feed is read this often also when nobody says that it changed.
const SWEEP: Duration = Duration::from_millis(1_500);
/// Shortest time between two reads of an idle feed, and the first pause while running transactions hold the horizon back.
const PACE: Duration = Duration::from_millis(25);
/// Longest pause while the horizon is held back.
const LONGEST_PAUSE: Duration = Duration::from_millis(800);
/// A position may be this old.
const OLDEST: chrono::Duration = chrono::Duration::hours(24);

/// The state of one stream.
pub(super) struct Follower {
    hub: Hub,
    registration: Registration,
    tenant_id: Uuid,
    /// Everything up to here was read; `None` before the first read of a stream that begins now.
    position: Option<Position>,
    /// Whether a first read has succeeded.
    begun: bool,
    horizons: Horizons,
    ready: VecDeque<Update>,
    patience: Patience,
    read_at: Instant,
    /// Whether something may have been committed since the last read.
    hinted: bool,
    /// What was hinted lies below this transaction, and is out of sight as long as the horizon does not reach it.
    awaited: i64,
    held: bool,
    pause: Duration,
}

impl Follower {
    pub(super) fn new(hub: Hub, tenant_id: Uuid, after: Option<Position>) -> Follower {
        let registration = hub.registry.register(tenant_id, Interest::Tenant);
        Follower {
            hub,
            registration,
            tenant_id,
            position: after,
            begun: false,
            horizons: Horizons::default(),
            ready: VecDeque::new(),
            patience: Patience::default(),
            read_at: Instant::now(),
            hinted: true,
            awaited: 0,
            held: false,
            pause: PACE,
        }
    }
}

impl Source for Follower {
    fn stop(&self) -> &CancellationToken {
        &self.hub.stop
    }

    async fn next(&mut self) -> Result<Box<Update>, ApiError> {
        loop {
            if let Some(update) = self.ready.pop_front() {
                return Ok(Box::new(update));
            }
            self.ready = VecDeque::new();
            // Boxed, as it is long and seldom: an idle stream keeps no room for it.
            match Box::pin(self.read()).await {
                Ok(true) => self.patience.restore(),
                Ok(false) => {
                    self.patience.restore();
                    self.wait().await;
                }
                // The first answer is a plain one: whoever asks while the database is away is told so.
                Err(error) if !self.begun => return Err(error),
                Err(error) => Box::pin(self.patience.bear(error)).await?,
            }
        }
    }
}

impl Follower {
    /// Reads one batch below the horizon; answers whether more may follow at once.
    async fn read(&mut self) -> Result<bool, ApiError> {
        let hub = self.hub.clone();
        let _turn = hub.turn().await;
        let horizon = feed::horizon(&self.hub.db).await?;
        self.read_at = Instant::now();
        self.horizons.push(horizon);
        if std::mem::take(&mut self.hinted) {
            self.awaited = horizon.xmax;
        }
        self.held = horizon.xmin < self.awaited;
        let position = *self.position.get_or_insert_with(|| feed::present(horizon, LONGEST_TRANSACTION));
        if !self.begun {
            check(position, horizon)?;
        }
        let rows = feed::read(&self.hub.db, self.tenant_id, position, horizon, BATCH).await?;
        let full = u64::try_from(rows.len()).is_ok_and(|rows| rows >= BATCH);
        // Read after the rows, so that each task is at or past its change.
        let tasks = self.tasks_of(&rows).await?;
        let waited = std::mem::replace(&mut self.begun, true);
        self.take(rows, &tasks, position);
        if let Some(first) = self.ready.front().filter(|_| waited && !full) {
            hub.delivered(&first.change);
        }
        if !full {
            self.pass(horizon);
        }
        Ok(full || !self.ready.is_empty())
    }

    fn take(&mut self, rows: Vec<audit_log::Model>, tasks: &HashMap<Uuid, Arc<Head>>, mut position: Position) {
        for change in rows {
            let known = self.horizons.before(change.xid).unwrap_or_default();
            let since = known.max(position.since).max(change.timestamp - LONGEST_TRANSACTION);
            position = Position { xid: change.xid, id: change.id, since };
            self.position = Some(position);
            // A task that was pruned in the meantime has no state to show.
            if let Some(task) = change.task_id.and_then(|id| tasks.get(&id)) {
                self.ready.push_back(Update { change, task: Arc::clone(task), position });
            }
        }
    }

    /// Everything below the horizon was read: the next read need not look at it again, rows or none.
    fn pass(&mut self, horizon: Horizon) {
        if let Some(position) = &mut self.position
            && position.xid < horizon.xmin
        {
            let since = self.horizons.before(horizon.xmin).unwrap_or_default().max(position.since);
            *position = Position { xid: horizon.xmin - 1, id: Uuid::max(), since };
        }
    }

    async fn tasks_of(&self, rows: &[audit_log::Model]) -> Result<HashMap<Uuid, Arc<Head>>, ApiError> {
        let mut ids: Vec<_> = rows.iter().filter_map(|row| row.task_id).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let tasks = task::heads(&self.hub.db, self.tenant_id, &ids).await?;
        Ok(tasks.into_iter().map(|task| (task.id, Arc::new(task))).collect())
    }

    /// Until the next read is worth it: a hint, a sweep, or a running transaction that may have ended.
    async fn wait(&mut self) {
        sleep_until(self.read_at + PACE).await;
        let pause = if self.held { self.pause } else { SWEEP };
        let woken = timeout(jittered(pause), self.registration.woken()).await.is_ok();
        self.hinted = woken || !self.held;
        self.pause = if self.hinted { PACE } else { (self.pause * 2).min(LONGEST_PAUSE) };
    }
}

fn check(position: Position, horizon: Horizon) -> Result<(), ApiError> {
    if position.since < horizon.at - OLDEST || position.xid >= horizon.xmax {
        return Err(ApiError::new(Code::CursorExpired, "the cursor is too old: read the list again"));
    }
    Ok(())
}
