//! One task: its present state, then every version.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use domain::feed::{LONGEST_TRANSACTION, Position};
use domain::{audit, task};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::patience::{Patience, jittered};
use super::registry::{Interest, Registration};
use super::{Hub, Source, Update};
use crate::error::ApiError;

/// Rows per read.
const BATCH: u64 = 100;
/// The trail is read this often also when nobody says that it changed.
const SWEEP: Duration = Duration::from_secs(15);

/// The state of one stream.
pub(super) struct Watcher {
    hub: Hub,
    registration: Registration,
    tenant_id: Uuid,
    task_id: Uuid,
    /// The last version delivered or put into `ready`.
    seen: Option<i64>,
    known: bool,
    ready: VecDeque<Update>,
    patience: Patience,
}

impl Watcher {
    pub(super) fn new(hub: Hub, tenant_id: Uuid, task_id: Uuid, after: Option<i64>) -> Watcher {
        let registration = hub.registry.register(tenant_id, Interest::Task(task_id));
        Watcher {
            hub,
            registration,
            tenant_id,
            task_id,
            seen: after,
            known: false,
            ready: VecDeque::new(),
            patience: Patience::default(),
        }
    }
}

impl Source for Watcher {
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
                Ok(()) => self.patience.restore(),
                // The first answer is a plain one: whoever asks while the database is away is told so.
                Err(error) if !self.known => return Err(error),
                Err(error) => {
                    Box::pin(self.patience.bear(error)).await?;
                    continue;
                }
            }
            if self.ready.is_empty() {
                // A timeout is a sweep: both lead to a read.
                let _ = timeout(jittered(SWEEP), self.registration.woken()).await;
            }
        }
    }
}

impl Watcher {
    /// Reads what is new, if anything. The trail first and the task second: both are written in one transaction, so the
    /// task is at or past every row that was seen.
    async fn read(&mut self) -> Result<(), ApiError> {
        let hub = self.hub.clone();
        let _turn = hub.turns.live().await;
        let db = &hub.db;
        let seen = match self.seen {
            Some(seen) => seen,
            None => self.present().await? - 1,
        };
        let rows = audit::versions_after(db, self.tenant_id, self.task_id, seen, BATCH).await?;
        if rows.is_empty() && self.known {
            return Ok(());
        }
        let task = task::head(db, self.tenant_id, self.task_id).await?.ok_or_else(ApiError::not_found)?;
        let task = Arc::new(task);
        let waited = std::mem::replace(&mut self.known, true);
        for change in rows {
            // A row beyond the task could only come from a reader behind the trail's; the next read has both.
            let Some(seq) = change.seq.filter(|seq| *seq <= task.version) else { break };
            let position = Position { xid: change.xid, id: change.id, since: change.timestamp - LONGEST_TRANSACTION };
            self.ready.push_back(Update { change, task: Arc::clone(&task), position });
            self.seen = Some(seq);
        }
        if let Some(first) = self.ready.front().filter(|_| waited) {
            hub.delivered(&first.change);
        }
        Ok(())
    }

    /// The version the task has now.
    async fn present(&self) -> Result<i64, ApiError> {
        let task = task::head(&self.hub.db, self.tenant_id, self.task_id).await?;
        task.map(|task| task.version).ok_or_else(ApiError::not_found)
    }
}
