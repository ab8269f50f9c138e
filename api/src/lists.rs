//! Reads of lists. A filter may match little of much, and one request may ask for many lists; so they take turns, and each
//! has less time than a statement otherwise has.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, TransactionTrait};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::ApiError;
use crate::state::half_of_pool;

/// Holds for the transaction alone; the next user of the connection has the pool's own limit again.
const LIMITS: &str = "SET LOCAL statement_timeout = '3s'";

/// Operations that hold payloads and results at a time. One takes some 30 MiB at most until it is answered (what it has read,
/// what it answers, the answer's text).
const TEXT_TURNS: usize = 4;
/// Whoever reads the texts of so few tasks needs no turn: it holds as little as a request may bring.
pub(crate) const FEW: u64 = 8;

/// The lists of one process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Lists {
    db: DatabaseConnection,
    /// However slow the lists are, half of the pool is left. (Streams take turns of their own for the other half, but hold
    /// a connection for milliseconds: writes find one.)
    turns: Arc<Semaphore>,
    texts: Arc<Semaphore>,
}

/// The right to read one list, with the transaction to read it in.
pub(crate) struct ListRead {
    // Dropped first: the connection is given back before the next one's turn. What was only read needs no commit, and the
    // rollback that takes its place costs no round trip of its own.
    tx: DatabaseTransaction,
    _turn: Option<OwnedSemaphorePermit>,
    _own_turn: Option<OwnedSemaphorePermit>,
}

impl Lists {
    pub(crate) fn new(db: DatabaseConnection) -> Lists {
        let turns = Arc::new(Semaphore::new(half_of_pool(&db)));
        Lists { db, turns, texts: Arc::new(Semaphore::new(TEXT_TURNS)) }
    }

    /// Waits for the right to read many long texts, which is kept until they are answered. Whoever waits for it has no turn to
    /// read a list: else those who have it could wait for that.
    pub(crate) async fn texts(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.texts).acquire_owned().await.ok()
    }

    /// Waits for a turn. `own_turn` is what the request itself had to wait for, kept until the list is read.
    ///
    /// # Errors
    /// `Unavailable` or `Internal` when the database fails. A statement that takes longer than 3 s fails as `Unavailable`.
    pub(crate) async fn begin(&self, own_turn: Option<OwnedSemaphorePermit>) -> Result<ListRead, ApiError> {
        // The semaphore is never closed, so there is always a turn to come.
        let turn = Arc::clone(&self.turns).acquire_owned().await.ok();
        let tx = self.db.begin().await?;
        tx.execute_unprepared(LIMITS).await?;
        Ok(ListRead { tx, _turn: turn, _own_turn: own_turn })
    }
}

impl ListRead {
    /// What the list is read with.
    pub(crate) fn db(&self) -> &DatabaseTransaction {
        &self.tx
    }
}
