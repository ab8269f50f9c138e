//! What stays open under somebody's credentials: websockets and subscriptions. They end when the credentials do, and each
//! user has so many of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::Utc;
use domain::access;
use domain::audit::Caller;
use sea_orm::{DatabaseConnection, DbErr};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::TOKEN_PREFIX;
use crate::error::{ApiError, Code};

/// Keys and users that one statement asks about.
const BATCH: usize = 1_000;

/// The open things of one process. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Sessions(Arc<Mutex<Table>>);

#[derive(Debug)]
struct Table {
    /// Ends what is open under any credentials.
    stop: CancellationToken,
    /// By tenant, user and key.
    credentials: HashMap<Arc<Credentials>, Watched>,
    /// By tenant and user: websockets and subscriptions.
    open: HashMap<(Uuid, Uuid), [usize; 2]>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Credentials {
    tenant_id: Uuid,
    user_id: Uuid,
    key_id: String,
}

#[derive(Debug)]
struct Watched {
    /// Cancelled when they are not good any more.
    ended: CancellationToken,
    ends_at: chrono::DateTime<Utc>,
    count: usize,
}

/// What is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A websocket.
    Socket,
    /// A subscription, over a websocket or an event stream.
    Subscription,
}

/// One open thing, until it is dropped.
#[derive(Debug)]
pub(crate) struct Session {
    sessions: Sessions,
    credentials: Arc<Credentials>,
    kind: Kind,
    ended: CancellationToken,
}

impl Session {
    /// Cancelled when the credentials are not good any more, or the process stops.
    pub(crate) fn ended(&self) -> &CancellationToken {
        &self.ended
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let mut table = self.sessions.table();
        let user = (self.credentials.tenant_id, self.credentials.user_id);
        if let Some(open) = table.open.get_mut(&user) {
            open[self.kind as usize] -= 1;
            if *open == [0, 0] {
                table.open.remove(&user);
            }
        }
        if let Some(watched) = table.credentials.get_mut(&self.credentials) {
            watched.count -= 1;
            if watched.count == 0 {
                table.credentials.remove(&self.credentials);
            }
        }
    }
}

impl Sessions {
    /// Nothing is open. All that will be ends with `stop`.
    pub(super) fn new(stop: CancellationToken) -> Sessions {
        Sessions(Arc::new(Mutex::new(Table { stop, credentials: HashMap::new(), open: HashMap::new() })))
    }

    /// Opens one more of a user who may have `most` of them.
    ///
    /// # Errors
    /// `TooManyConnections`
    pub(crate) fn open(&self, caller: &Caller, kind: Kind, most: usize) -> Result<Session, ApiError> {
        let credentials = Credentials {
            tenant_id: caller.tenant_id,
            user_id: caller.user_id,
            key_id: caller.key_id.clone().unwrap_or_default(),
        };
        let Table { stop, credentials: all, open } = &mut *self.table();
        let open = open.entry((caller.tenant_id, caller.user_id)).or_default();
        if open[kind as usize] >= most {
            let what = if kind == Kind::Socket { "websockets" } else { "subscriptions" };
            return Err(ApiError::new(Code::TooManyConnections, format!("{most} {what} of this user are open already")));
        }
        open[kind as usize] += 1;
        let known = all.get_key_value(&credentials).map(|(known, _)| Arc::clone(known));
        let credentials = known.unwrap_or_else(|| Arc::new(credentials));
        let watched = all.entry(Arc::clone(&credentials)).or_insert_with(|| Watched {
            ended: stop.child_token(),
            ends_at: caller.ends_at,
            count: 0,
        });
        watched.count += 1;
        let ended = watched.ended.clone();
        Ok(Session { sessions: self.clone(), credentials, kind, ended })
    }

    /// Looks at all credentials that something is open under, and ends what is open under those that are not good any more.
    ///
    /// # Errors
    /// The database failed; what could not be asked about stays open.
    pub(super) async fn check(&self, db: &DatabaseConnection) -> Result<(), DbErr> {
        let all: Vec<_> = self.table().credentials.keys().cloned().collect();
        let now = Utc::now();
        for batch in all.chunks(BATCH) {
            let (tokens, keys): (Vec<_>, Vec<_>) = batch.iter().partition(|one| one.key_id.starts_with(TOKEN_PREFIX));
            let asked: Vec<_> = keys.iter().map(|one| (one.tenant_id, one.key_id.clone())).collect();
            let good_keys = access::good_keys(db, &asked).await?;
            let asked: Vec<_> = tokens.iter().map(|one| (one.tenant_id, one.user_id)).collect();
            let good_users = if asked.is_empty() { Default::default() } else { access::good_users(db, &asked).await? };
            let mut table = self.table();
            let stop = table.stop.clone();
            for one in batch {
                let is_good = if one.key_id.starts_with(TOKEN_PREFIX) {
                    good_users.contains(&(one.tenant_id, one.user_id))
                } else {
                    good_keys.contains(&(one.tenant_id, one.key_id.clone()))
                };
                if let Some(watched) = table.credentials.get_mut(one)
                    && (!is_good || watched.ends_at <= now)
                {
                    watched.ended.cancel();
                    // Should the same credentials come back to life, what is opened then must not be ended by this.
                    watched.ended = stop.child_token();
                }
            }
        }
        Ok(())
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(user: u128) -> Caller {
        Caller { user_id: Uuid::from_u128(user), ..Caller::default() }
    }

    #[test]
    fn each_user_has_so_many_and_gets_them_back() {
        let sessions = Sessions::new(CancellationToken::new());
        let open = |user, kind| sessions.open(&caller(user), kind, 2);
        let first = open(1, Kind::Socket).expect("one");
        let second = open(1, Kind::Socket).expect("two");
        assert_eq!(open(1, Kind::Socket).expect_err("three").code, Code::TooManyConnections);
        let others = (open(1, Kind::Subscription).expect("another kind"), open(2, Kind::Socket).expect("another user"));
        drop(first);
        drop(open(1, Kind::Socket).expect("one was given back"));
        drop((second, others));
        let table = sessions.table();
        assert!(table.open.is_empty() && table.credentials.is_empty(), "nothing is remembered: {table:?}");
    }
}
