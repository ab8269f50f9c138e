//! Keeps the counters of tasks quick to read where no worker does: what a reader has met beside them is put together.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use domain::counts;
use sea_orm::DatabaseConnection;
use tracing::Instrument;
use uuid::Uuid;

/// The tenants whose counters this process is at. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counters(Arc<Mutex<HashSet<Uuid>>>);

impl Counters {
    /// Notes how much a reader met beside the counters; when it is much, it is folded behind the reader's back.
    pub(crate) fn seen(&self, db: &DatabaseConnection, tenant_id: Uuid, unfolded: u64) {
        if unfolded < counts::UNFOLDED || !self.lock().insert(tenant_id) {
            return;
        }
        let (counters, db) = (self.clone(), db.clone());
        let fold = async move {
            if let Err(error) = counts::fold(&db, tenant_id).await {
                tracing::warn!(%error, "the counters were not folded");
            }
            counters.lock().remove(&tenant_id);
        };
        tokio::spawn(fold.in_current_span());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<Uuid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
