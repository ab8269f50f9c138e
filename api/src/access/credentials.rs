//! From credentials to who shows them: an API key, or a token of a configured issuer.
//!
//! What was found good is believed for a moment, by its hash; what was refused is looked at again each time.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use domain::IdClock;
use domain::access::{self, Principal, Refusal};
use moka::future::Cache;
use sea_orm::{DatabaseConnection, DbErr};
use sha2::{Digest, Sha256};

/// How long credentials are believed. With the time between two looks at open sessions this bounds how late a revocation
/// takes effect: 5 s.
pub(crate) const BELIEVED: Duration = Duration::from_secs(3);
/// Credentials that are believed at a time.
const MOST: u64 = 10_000;
/// Longest credentials that are looked at: a token of 8 KiB.
const MAX_BYTES: usize = 8 * 1024;

/// Why credentials were not accepted.
#[derive(Clone, Debug)]
pub(super) enum Unaccepted {
    /// They are not good.
    Refused(Refusal),
    /// Whether they are good could not be found out.
    Unknown(Arc<DbErr>),
}

/// Looks at credentials. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    believed: Cache<[u8; 32], Arc<Principal>>,
}

impl Credentials {
    pub(super) fn new() -> Credentials {
        Credentials { believed: Cache::builder().max_capacity(MOST).time_to_live(BELIEVED).build() }
    }

    /// Who they belong to, if that is known already.
    pub(super) async fn believed(&self, presented: &str) -> Option<Arc<Principal>> {
        let principal = self.believed.get(&hash(presented)).await?;
        (principal.ends_at > Utc::now()).then_some(principal)
    }

    /// Forgets all that is believed.
    pub(super) fn forget(&self) {
        self.believed.invalidate_all();
    }

    /// Who they belong to. The same credentials, shown many times at once, are looked up once.
    pub(super) async fn look_up(
        &self,
        db: &DatabaseConnection,
        _ids: &IdClock,
        presented: &str,
    ) -> Result<Arc<Principal>, Unaccepted> {
        if presented.len() > MAX_BYTES {
            return Err(Unaccepted::Refused(Refusal { tenant_id: None, key_id: None, reason: "malformed" }));
        }
        let look = async {
            let found = access::authenticate(db, presented).await.map_err(|error| Unaccepted::Unknown(Arc::new(error)))?;
            found.map(Arc::new).map_err(Unaccepted::Refused)
        };
        self.believed.try_get_with(hash(presented), look).await.map_err(|unaccepted| Unaccepted::clone(&unaccepted))
    }
}

fn hash(presented: &str) -> [u8; 32] {
    Sha256::digest(presented).into()
}
