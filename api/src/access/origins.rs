//! The hashes under which the trail knows where requests come from: asked for once, and remembered for a while.

use std::sync::Arc;
use std::time::Duration;

use domain::access::{self, Origin};
use moka::future::Cache;
use sea_orm::{DatabaseConnection, DbErr};
use uuid::Uuid;

/// Origins that are known at a time.
const MOST: u64 = 10_000;
/// For so long a process may go on using the hash of an origin that another process has erased.
const REMEMBERED: Duration = Duration::from_secs(600);

/// Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Origins(Cache<(Uuid, Origin), Arc<[u8]>>);

impl Origins {
    pub(super) fn new() -> Origins {
        Origins(Cache::builder().max_capacity(MOST).time_to_live(REMEMBERED).build())
    }

    /// # Errors
    /// The database failed.
    pub(super) async fn hash(&self, db: &DatabaseConnection, tenant_id: Uuid, origin: &Origin) -> Result<Vec<u8>, DbErr> {
        let ask = async { access::origin_hash(db, tenant_id, origin).await.map(Arc::<[u8]>::from) };
        match self.0.try_get_with((tenant_id, origin.clone()), ask).await {
            Ok(hash) => Ok(hash.to_vec()),
            // The error belongs to all who waited for it: each asks for itself.
            Err(_) => access::origin_hash(db, tenant_id, origin).await,
        }
    }

    /// Forgets all of them.
    pub(super) fn forget(&self) {
        self.0.invalidate_all();
    }
}
