//! Hears hints, and says when some may have been missed.
//!
//! Three ways a listener goes deaf, and what is done: the connection ends (`try_recv` says so; `recv` would hide it), the
//! connection errs (it is rebuilt with capped, jittered backoff), the link is half-open and merely silent (a canary is sent
//! to ourselves every few seconds; unheard, the connection is rebuilt). Each time [`Event::Resync`] is the next item.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection};
use sqlx::postgres::{PgListener, PgPool};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::{Hint, Topic};
use crate::sql::statement;

/// How often we write to ourselves; a listener is replaced at the latest after two of these.
const CANARY: Duration = Duration::from_secs(5);
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// What a listener hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Look there.
    Hint(Hint),
    /// Hints may have been missed: look everywhere.
    Resync,
}

/// A reconnecting LISTEN connection.
pub struct Listener {
    pool: PgPool,
    sender: DatabaseConnection,
    topics: Vec<Topic>,
    canary_channel: String,
    canary: Interval,
    canary_heard: bool,
    connected: Option<PgListener>,
    failures: u32,
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener").field("topics", &self.topics).finish_non_exhaustive()
    }
}

impl Listener {
    /// Listens through `pool`, which must have one connection for this alone and no statement timeout (and no pooler in
    /// between: one in transaction mode takes LISTEN and never delivers). The canary is sent through `sender`.
    #[must_use]
    pub fn new(pool: PgPool, sender: DatabaseConnection, topics: &[Topic]) -> Self {
        let mut canary = interval_at(Instant::now() + CANARY, CANARY);
        canary.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            pool,
            sender,
            topics: topics.to_vec(),
            canary_channel: format!("ctap_canary_{}", uuid::Uuid::new_v4().simple()),
            canary,
            canary_heard: true,
            connected: None,
            failures: 0,
        }
    }

    /// The next event. The first is always [`Event::Resync`], once we listen. Cancel-safe: nothing heard is lost when the
    /// future is dropped, but for a hint that a later `Resync` makes up for.
    pub async fn next(&mut self) -> Event {
        loop {
            let Some(listener) = &mut self.connected else {
                self.connect().await;
                return Event::Resync;
            };
            tokio::select! {
                heard = listener.try_recv() => match heard {
                    Ok(Some(n)) if n.channel() == self.canary_channel => self.canary_heard = true,
                    Ok(Some(n)) => if let Some(hint) = Hint::parse(n.channel(), n.payload()) {
                        return Event::Hint(hint);
                    },
                    Ok(None) => self.drop_connection("its connection ended"),
                    Err(error) => self.drop_connection(&error),
                },
                _ = self.canary.tick() => self.check_canary().await,
            }
        }
    }

    async fn check_canary(&mut self) {
        if !self.canary_heard {
            return self.drop_connection("silent: our own notification was not heard");
        }
        let sent = self.sender.execute_raw(statement("SELECT pg_notify($1, '')", [self.canary_channel.clone().into()])).await;
        if let Err(error) = sent {
            tracing::warn!(error = %error, "the listener's canary was not sent");
        }
        // Not sent is as good as not heard: rather one connection too many than one that is deaf.
        self.canary_heard = false;
    }

    fn drop_connection<E: std::fmt::Display + ?Sized>(&mut self, why: &E) {
        tracing::warn!(reason = %why, "listener replaced");
        self.connected = None;
    }

    async fn connect(&mut self) {
        loop {
            match self.try_connect().await {
                Ok(listener) => {
                    self.connected = Some(listener);
                    self.canary_heard = true;
                    self.canary.reset();
                    self.failures = 0;
                    return;
                }
                Err(error) => {
                    self.failures = self.failures.saturating_add(1);
                    let cap = MAX_BACKOFF.min(Duration::from_millis(50) * 2u32.saturating_pow(self.failures.min(10)));
                    tracing::warn!(error = %error, failures = self.failures, "listener cannot connect");
                    tokio::time::sleep(cap.mul_f64(rand::random_range(0.5..1.0))).await;
                }
            }
        }
    }

    async fn try_connect(&self) -> Result<PgListener, sqlx::Error> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        // Reconnecting underneath could be lost with a dropped future, and with it the resync: a new listener is made here.
        listener.eager_reconnect(false);
        let channels = self.topics.iter().map(|t| t.channel()).chain([self.canary_channel.as_str()]);
        listener.listen_all(channels).await?;
        Ok(listener)
    }
}
