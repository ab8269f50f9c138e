//! One sender of hints per process: the first at once, the following at most every 25 ms, equal ones once.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, TransactionTrait};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Hint;
use crate::sql::statement;

/// Shortest time between two sends.
const INTERVAL: Duration = Duration::from_millis(25);

/// Hints waiting to be sent. Ids of one tenant are merged; above what one payload can name they become "some".
#[derive(Debug, Default)]
struct Waiting {
    ready: HashSet<(Uuid, String)>,
    changed: HashMap<Uuid, HashSet<Uuid>>,
    cancelled: HashMap<Uuid, HashSet<Uuid>>,
}

/// Sends hints after commits. Cheap to clone; never blocks and never fails its caller.
#[derive(Clone, Debug)]
pub struct Notifier {
    waiting: Arc<Mutex<Waiting>>,
    wake: Arc<Notify>,
}

impl Notifier {
    /// Starts the sender; it ends, after a last send, when `stop` is cancelled. The handle is to be awaited then.
    #[must_use]
    pub fn start(db: DatabaseConnection, stop: CancellationToken) -> (Self, tokio::task::JoinHandle<()>) {
        let notifier = Self { waiting: Arc::default(), wake: Arc::default() };
        let sender = notifier.clone();
        let handle = tokio::spawn(async move {
            loop {
                let stopping = stop.run_until_cancelled(sender.wake.notified()).await.is_none();
                let hints = sender.take();
                if let Err(error) = send(&db, &hints).await {
                    // Hints only save waiting: whoever misses these finds the change by polling.
                    tracing::warn!(error = %error, hints = hints.len(), "hints not sent");
                }
                let paused = stop.run_until_cancelled(tokio::time::sleep(INTERVAL)).await.is_some();
                if stopping || (!paused && sender.is_empty()) {
                    return;
                }
            }
        });
        (notifier, handle)
    }

    /// A queue may have work.
    pub fn ready(&self, tenant_id: Uuid, queue: &str) {
        self.add(|w| {
            w.ready.insert((tenant_id, queue.to_owned()));
        });
    }

    /// Tasks changed.
    pub fn changed(&self, tenant_id: Uuid, task_ids: impl IntoIterator<Item = Uuid>) {
        self.add(|w| w.changed.entry(tenant_id).or_default().extend(task_ids));
    }

    /// A task that may be running was cancelled.
    pub fn cancelled(&self, tenant_id: Uuid, task_id: Uuid) {
        self.add(|w| {
            w.cancelled.entry(tenant_id).or_default().insert(task_id);
        });
    }

    fn add(&self, change: impl FnOnce(&mut Waiting)) {
        change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        self.wake.notify_one();
    }

    fn is_empty(&self) -> bool {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.ready.is_empty() && waiting.changed.is_empty() && waiting.cancelled.is_empty()
    }

    fn take(&self) -> Vec<Hint> {
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        let mut hints: Vec<_> = waiting.ready.into_iter().map(|(tenant_id, queue)| Hint::Ready { tenant_id, queue }).collect();
        for (tenant_id, ids) in waiting.changed {
            let task_ids = if ids.len() > Hint::MAX_TASK_IDS { Vec::new() } else { ids.into_iter().collect() };
            hints.push(Hint::Changed { tenant_id, task_ids });
        }
        for (tenant_id, ids) in waiting.cancelled {
            let ids: Vec<_> = ids.into_iter().collect();
            let chunks = ids.chunks(Hint::MAX_TASK_IDS);
            hints.extend(chunks.map(|task_ids| Hint::Cancelled { tenant_id, task_ids: task_ids.to_vec() }));
        }
        hints
    }
}

/// One short transaction of its own; a lost hint is no loss, so its commit does not wait for the disk.
async fn send(db: &DatabaseConnection, hints: &[Hint]) -> Result<(), DbErr> {
    if hints.is_empty() {
        return Ok(());
    }
    let channels: Vec<_> = hints.iter().map(|h| h.topic().channel().to_owned()).collect();
    let payloads: Vec<_> = hints.iter().map(Hint::payload).collect();
    let tx = db.begin().await?;
    tx.execute_unprepared("SET LOCAL synchronous_commit = off").await?;
    tx.execute_raw(statement(
        "SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) h(channel, payload)",
        [channels.into(), payloads.into()],
    ))
    .await?;
    tx.commit().await
}
