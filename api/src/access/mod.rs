//! Who is let in, for what, and how much of it: credentials, scopes, limits, and what the trail says of refusals.

mod address;
mod credentials;
mod origins;
mod quota;
mod rates;
mod rules;
mod sessions;
mod settings;
mod trail;

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::IdClock;
use domain::access::{self, Origin, Principal, Refusal};
use domain::audit::Caller;
use sea_orm::DatabaseConnection;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) use self::address::{Peer, client};
use self::credentials::{Credentials, Unaccepted};
use self::origins::Origins;
use self::quota::Quota;
use self::rates::Rates;
pub(crate) use self::rates::{Charged, GRAPHQL_ENTRANCE, GRAPHQL_REFUSED};
pub use self::rules::{FIELDS, Needs, ROUTES};
pub(crate) use self::rules::{Scoped, node, route};
use self::sessions::Sessions;
pub(crate) use self::sessions::{Kind, Session};
pub use self::settings::AccessSettings;
use self::trail::Trail;
use crate::config::Tokens;
use crate::error::ApiError;

/// What the trail calls a token: this, and its id.
const TOKEN_PREFIX: &str = "jwt:";
/// How often open sessions are looked at.
const LOOK: Duration = Duration::from_secs(2);
/// Looks between two tidyings of the limiters.
const TIDY_LOOKS: u32 = 30;

/// The door of one process. Cheap to clone.
#[derive(Clone)]
pub struct Access(Arc<Door>);

struct Door {
    db: DatabaseConnection,
    ids: Arc<IdClock>,
    settings: AccessSettings,
    credentials: Credentials,
    origins: Origins,
    quota: Quota,
    rates: Rates,
    sessions: Sessions,
    trail: Trail,
    /// Keys that were used and not yet said to have been.
    used: Mutex<HashMap<Uuid, HashSet<String>>>,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Access").field(&self.0.settings).finish()
    }
}

impl Access {
    /// A door, and what goes on behind it until `stop` is cancelled; the last refusals are written then. What is open under
    /// anybody's credentials ends with `process`.
    pub(crate) fn open(
        settings: AccessSettings,
        tokens: Tokens,
        db: DatabaseConnection,
        ids: Arc<IdClock>,
        process: &CancellationToken,
        stop: CancellationToken,
    ) -> (Access, impl Future<Output = ()> + Send + 'static) {
        let door = Door {
            credentials: Credentials::new(tokens),
            origins: Origins::new(),
            quota: Quota::new(settings.open_tasks),
            rates: Rates::new(settings.rate_limit_points, settings.auth_failures),
            sessions: Sessions::new(process.clone()),
            trail: Trail::default(),
            used: Mutex::default(),
            db,
            ids,
            settings,
        };
        let access = Access(Arc::new(door));
        (access.clone(), access.keep(stop))
    }

    /// Who shows these credentials; `None` is none at all, or what is no credentials.
    ///
    /// # Errors
    /// `Unauthenticated`, the same for every reason; `RateLimited` for an address with too many refusals; `Unavailable` or
    /// `Internal` when the database fails.
    pub(crate) async fn authenticate(
        &self,
        presented: Option<&str>,
        origin: Option<&Origin>,
    ) -> Result<Arc<Principal>, ApiError> {
        let door = &*self.0;
        if let Some(presented) = presented
            && let Some(principal) = door.credentials.believed(presented).await
        {
            self.was_used(&principal);
            return Ok(principal);
        }
        let address = origin.and_then(|origin| origin.address().parse::<IpAddr>().ok());
        address.map_or(Ok(()), |address| door.rates.admit(address))?;
        let looked_up = match presented {
            Some(presented) => door.credentials.look_up(&door.db, &door.ids, presented).await,
            None => Err(Unaccepted::Refused(Refusal { tenant_id: None, key_id: None, reason: "missing" })),
        };
        match looked_up {
            Ok(principal) => {
                self.was_used(&principal);
                Ok(principal)
            }
            Err(Unaccepted::NoKeys) => Err(ApiError::unavailable()),
            Err(Unaccepted::Unknown(error)) => Err(ApiError::of_database(&error)),
            Err(Unaccepted::Refused(refusal)) => {
                if let Some(address) = address {
                    door.rates.failed(address);
                }
                self.refused(refusal, origin);
                Err(ApiError::unauthenticated())
            }
        }
    }

    /// Into the trail, when there is something to say: who shows nothing at all is no attempt.
    fn refused(&self, refusal: Refusal, origin: Option<&Origin>) {
        tracing::info!(reason = refusal.reason, key_id = refusal.key_id, "credentials were refused");
        if refusal.reason == "missing" {
            return;
        }
        self.0.trail.failed(refusal, origin.cloned());
    }

    /// The hash under which the trail knows where a request came from.
    ///
    /// # Errors
    /// `Unavailable` or `Internal` when the database fails.
    pub(crate) async fn origin_hash(&self, tenant_id: Uuid, origin: &Origin) -> Result<Vec<u8>, ApiError> {
        Ok(self.0.origins.hash(&self.0.db, tenant_id, origin).await?)
    }

    /// Forgets what is known of a tenant's origins: some were erased.
    pub(crate) fn forget_origins(&self) {
        self.0.origins.forget();
    }

    /// Somebody asked for what is not for them: it goes into the trail.
    pub(crate) fn denied(&self, caller: &Caller, operation: &'static str, reason: &'static str, target: String) {
        self.0.trail.denied(caller, operation, reason, target);
    }

    /// Somebody asked for a task that is not there for them: it may be another tenant's, which nobody can tell.
    pub(crate) fn not_found(&self, caller: &Caller, operation: &'static str, task_id: Uuid) {
        self.denied(caller, operation, "not_found", format!("task:{task_id}"));
    }

    /// Takes points of the caller.
    ///
    /// # Errors
    /// `RateLimited`
    pub(crate) fn charge(&self, caller: &Caller, points: u32, charged: &Charged) -> Result<(), ApiError> {
        self.0.rates.charge((caller.tenant_id, caller.user_id), points, charged)
    }

    /// Lets `new` more tasks of the tenant in.
    ///
    /// # Errors
    /// `QuotaExceeded`; `Unavailable` when the database fails.
    pub(crate) async fn admit_tasks(&self, tenant_id: Uuid, new: u64) -> Result<(), ApiError> {
        self.0.quota.admit(&self.0.db, tenant_id, new).await
    }

    /// Something that stays open under the caller's credentials.
    ///
    /// # Errors
    /// `TooManyConnections`
    pub(crate) fn session(&self, caller: &Caller, kind: Kind) -> Result<Session, ApiError> {
        let most = match kind {
            Kind::Socket => self.0.settings.sockets,
            Kind::Subscription => self.0.settings.subscriptions,
        };
        self.0.sessions.open(caller, kind, most)
    }

    /// Forgets what is believed of credentials, and looks at open sessions soon: something about them was changed here. (What
    /// was changed elsewhere takes effect within 5 s.)
    pub(crate) fn forget(&self) {
        self.0.credentials.forget();
        let access = self.clone();
        tokio::spawn(async move {
            if let Err(error) = access.0.sessions.check(&access.0.db).await {
                tracing::warn!(%error, "open sessions could not be checked");
            }
        });
    }

    /// How the door is set.
    pub(crate) fn settings(&self) -> &AccessSettings {
        &self.0.settings
    }

    fn was_used(&self, principal: &Principal) {
        if principal.key_id.starts_with(TOKEN_PREFIX) {
            return;
        }
        let mut used = self.0.used.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = used.entry(principal.tenant_id).or_default();
        // Most requests show a key that is there already.
        if !keys.contains(&principal.key_id) {
            keys.insert(principal.key_id.clone());
        }
    }

    async fn keep(self, stop: CancellationToken) {
        let mut ticks = interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let every = u32::try_from(LOOK.as_secs()).unwrap_or(1);
        let mut passes: u32 = 0;
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            passes = passes.wrapping_add(1);
            self.pass(passes.is_multiple_of(every), passes.is_multiple_of(TIDY_LOOKS * every), false).await;
        }
        self.pass(false, false, true).await;
    }

    async fn pass(&self, look: bool, tidy: bool, last: bool) {
        let door = &*self.0;
        if let Err(error) = door.trail.write(&door.db, &door.ids, &door.origins, last).await {
            tracing::warn!(%error, "refusals were not written to the trail yet");
        }
        if look {
            if let Err(error) = door.sessions.check(&door.db).await {
                tracing::warn!(%error, "open sessions could not be checked");
            }
            let used = std::mem::take(&mut *door.used.lock().unwrap_or_else(PoisonError::into_inner));
            let used: Vec<_> =
                used.into_iter().flat_map(|(tenant, keys)| keys.into_iter().map(move |key| (tenant, key))).collect();
            if !used.is_empty()
                && let Err(error) = access::keys_were_used(&door.db, &used).await
            {
                tracing::warn!(%error, "the use of keys was not noted");
            }
        }
        if tidy {
            door.rates.tidy();
        }
    }
}
