//! The hashes under which the trail knows where requests come from: asked for once, and remembered for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use domain::access::{self, Origin};
use moka::future::Cache;
use sea_orm::{DatabaseConnection, DbErr};
use uuid::Uuid;

/// Origins that are known at a time, and tenants whose new ones are counted.
const MOST: u64 = 10_000;
/// For so long a process may go on using the hash of an origin that another process has erased.
const REMEMBERED: Duration = Duration::from_secs(600);
/// New origins of a tenant in a minute that are kept with what the client calls itself. It may call itself anything, and
/// each name is a row; addresses cannot be made up as easily.
const NAMED: u32 = 60;
const MINUTE: Duration = Duration::from_secs(60);

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Origins {
    known: Cache<(Uuid, Origin), Arc<[u8]>>,
    new: Cache<Uuid, Arc<AtomicU32>>,
}

impl Origins {
    pub(super) fn new() -> Origins {
        Origins {
            known: Cache::builder().max_capacity(MOST).time_to_live(REMEMBERED).build(),
            new: Cache::builder().max_capacity(MOST).time_to_live(MINUTE).build(),
        }
    }

    /// # Errors
    /// The database failed.
    pub(super) async fn hash(&self, db: &DatabaseConnection, tenant_id: Uuid, origin: &Origin) -> Result<Vec<u8>, DbErr> {
        if let Some(hash) = self.known.get(&(tenant_id, origin.clone())).await {
            return Ok(hash.to_vec());
        }
        let new = self.new.get_with(tenant_id, async { Arc::default() }).await.fetch_add(1, Ordering::Relaxed);
        let origin = if new < NAMED { origin.clone() } else { origin.without_user_agent() };
        let ask = async { access::origin_hash(db, tenant_id, &origin).await.map(Arc::<[u8]>::from) };
        match self.known.try_get_with((tenant_id, origin.clone()), ask).await {
            Ok(hash) => Ok(hash.to_vec()),
            // The error belongs to all who waited for it: each asks for itself.
            Err(_) => access::origin_hash(db, tenant_id, &origin).await,
        }
    }

    /// Forgets all of them.
    pub(super) fn forget(&self) {
        self.known.invalidate_all();
    }
}
