//! What stays open under somebody's credentials: websockets and subscriptions. They end when the credentials do, and each
//! user has so many of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
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
    /// How many things are open under the same credentials, and what ends them.
    credentials: HashMap<Arc<Credentials>, Watched>,
    /// By tenant and user: websockets and subscriptions.
    open: HashMap<(Uuid, Uuid), [usize; 2]>,
}

/// What is watched. The end is a part of it: tokens without an id of their own go by their signing key's, and so do all of
/// their user's, each of which ends when it says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Credentials {
    tenant_id: Uuid,
    user_id: Uuid,
    key_id: String,
    ends_at: DateTime<Utc>,
}

#[derive(Debug)]
struct Watched {
    /// Cancelled when they are not good any more.
    ended: CancellationToken,
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
    /// Under credentials that are good until `ended` is cancelled.
    #[cfg(test)]
    pub(crate) fn until(ended: &CancellationToken) -> Session {
        Sessions::new(ended.clone()).open(&Caller::default(), Kind::Socket, 1).expect("the first")
    }

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
            ends_at: caller.ends_at,
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
        let watched = all.entry(Arc::clone(&credentials)).or_insert_with(|| Watched { ended: stop.child_token(), count: 0 });
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
            self.table().end(batch, |one| {
                let is_good = if one.key_id.starts_with(TOKEN_PREFIX) {
                    good_users.contains(&(one.tenant_id, one.user_id))
                } else {
                    good_keys.contains(&(one.tenant_id, one.key_id.clone()))
                };
                is_good && one.ends_at > now
            });
        }
        Ok(())
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// Ends what is open under those of the credentials that are not good.
    fn end(&mut self, batch: &[Arc<Credentials>], is_good: impl Fn(&Credentials) -> bool) {
        for one in batch {
            if let Some(watched) = self.credentials.get_mut(one)
                && !is_good(one)
            {
                watched.ended.cancel();
                // Should the same credentials come back to life, what is opened then must not be ended by this.
                watched.ended = self.stop.child_token();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(user: u128) -> Caller {
        Caller { user_id: Uuid::from_u128(user), ..Caller::default() }
    }

    /// Ends what is over at this minute.
    fn look(sessions: &Sessions, minute: i64) {
        let now = DateTime::from_timestamp(minute * 60, 0).expect("a time");
        let all: Vec<_> = sessions.table().credentials.keys().cloned().collect();
        sessions.table().end(&all, |one| one.ends_at > now);
    }

    #[test]
    fn each_token_ends_at_its_own_time_whatever_else_of_its_user_is_open_under_the_same_name() {
        let sessions = Sessions::new(CancellationToken::new());
        let open = |minute: i64| {
            let ends_at = DateTime::from_timestamp(minute * 60, 0).expect("a time");
            let caller = Caller { key_id: Some("jwt:first".to_owned()), ends_at, ..caller(1) };
            sessions.open(&caller, Kind::Socket, 5).expect("one more")
        };
        let (long, short) = (open(1_440), open(5));
        look(&sessions, 5);
        assert!(short.ended().is_cancelled() && !long.ended().is_cancelled(), "the long one first");
        drop(long);
        // The short one is over and takes its time to go.
        let (refreshed, later) = (open(9), open(1_440));
        look(&sessions, 6);
        assert!(!refreshed.ended().is_cancelled(), "the short one first");
        look(&sessions, 9);
        assert!(refreshed.ended().is_cancelled() && !later.ended().is_cancelled());
        let more: Vec<_> = (0..2).map(open).collect();
        assert!(sessions.open(&caller(1), Kind::Socket, 5).is_err(), "all of the user's count together");
        drop((short, refreshed, later, more));
        let table = sessions.table();
        assert!(table.open.is_empty() && table.credentials.is_empty(), "nothing is remembered: {table:?}");
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
