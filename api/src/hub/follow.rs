//! All changes of a tenant, in commit order.

use std::collections::VecDeque;
use std::time::Duration;

use domain::feed::{Change, Horizon, Position, Reader};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::patience::{Patience, jittered};
use super::registry::{Interest, Registration};
use super::{Hub, Source, Update};
use crate::error::{ApiError, Code};

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
    reader: Reader,
    /// Whether a first read has succeeded.
    begun: bool,
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
            reader: Reader::new(tenant_id, after),
            begun: false,
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
        let _turn =
            if self.reader.is_behind() { hub.turns.behind(self.registration.tenant_id()).await } else { hub.turns.live().await };
        if self.reader.must_look() {
            self.look().await?;
        }
        let batch = self.reader.read(&hub.db).await?;
        let waited = std::mem::replace(&mut self.begun, true);
        self.ready.extend(batch.changes.into_iter().map(Update::from));
        if let Some(first) = self.ready.front().filter(|_| waited && !batch.has_more) {
            hub.delivered(&first.change);
        }
        Ok(batch.has_more || !self.ready.is_empty())
    }

    /// Learns how far may be read.
    async fn look(&mut self) -> Result<(), ApiError> {
        let (position, horizon) = self.reader.look(&self.hub.db).await?;
        self.read_at = Instant::now();
        if std::mem::take(&mut self.hinted) {
            self.awaited = horizon.xmax;
        }
        self.held = horizon.xmin < self.awaited;
        if self.begun { Ok(()) } else { check(position, horizon) }
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

impl From<Change> for Update {
    fn from(change: Change) -> Update {
        Update { change: change.row, task: change.task, position: change.position }
    }
}
