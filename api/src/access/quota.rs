//! How many tasks of a tenant may be pending or running.
//!
//! Kept off the path of a submission: each process knows the tenant's number as it was a moment ago, and adds what it has
//! let in since. So several processes together may let in a little more than the limit, for as long as a look is good.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::{access, counts};
use moka::future::Cache;
use sea_orm::{DatabaseConnection, DbErr};
use uuid::Uuid;

use crate::error::{ApiError, Code};

/// How long a look is good for.
const FRESH: Duration = Duration::from_secs(1);
/// Tenants that are known at a time.
const TENANTS: u64 = 10_000;

/// The open tasks of the tenants that submit through this process.
#[derive(Clone, Debug)]
pub(super) struct Quota {
    default: Option<u64>,
    known: Cache<Uuid, Arc<Known>>,
}

#[derive(Debug)]
struct Known {
    limit: Option<u64>,
    open: AtomicU64,
}

impl Quota {
    pub(super) fn new(default: Option<u64>) -> Quota {
        Quota { default, known: Cache::builder().max_capacity(TENANTS).time_to_live(FRESH).build() }
    }

    /// Lets `new` more tasks in.
    ///
    /// # Errors
    /// `QuotaExceeded`; `Unavailable` or `Internal` when the database fails.
    pub(super) async fn admit(&self, db: &DatabaseConnection, tenant_id: Uuid, new: u64) -> Result<(), ApiError> {
        let look = async { self.look(db, tenant_id).await.map(Arc::new) };
        let known = self.known.try_get_with(tenant_id, look).await.map_err(|error| {
            tracing::warn!(%error, "the open tasks were not counted");
            ApiError::unavailable()
        })?;
        let Some(limit) = known.limit else { return Ok(()) };
        let open = known.open.fetch_add(new, Ordering::Relaxed);
        if open.saturating_add(new) > limit {
            known.open.fetch_sub(new, Ordering::Relaxed);
            let message = format!("the tenant has {open} open tasks and may have {limit}: let some end, or cancel some");
            return Err(ApiError::new(Code::QuotaExceeded, message));
        }
        Ok(())
    }

    async fn look(&self, db: &DatabaseConnection, tenant_id: Uuid) -> Result<Known, DbErr> {
        let own = access::tenant(db, tenant_id).await?.and_then(|tenant| tenant.max_open_tasks);
        let limit = own.map(|own| u64::try_from(own).unwrap_or_default()).or(self.default);
        let open = if limit.is_some() { counts::open(db, tenant_id).await? } else { 0 };
        Ok(Known { limit, open: AtomicU64::new(open) })
    }
}
