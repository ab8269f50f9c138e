//! How much of payloads and results one answer may hold. All else in it is short, and the guard has counted it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use tokio::sync::{OnceCell, OwnedSemaphorePermit};

use crate::error::{ApiError, Code};
use crate::limits::MAX_ANSWER_TEXT_BYTES;
use crate::lists::{FEW, Lists};

/// What one operation has spent, in its data; of a subscription, one event of it. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Allowance(Arc<Spent>);

#[derive(Debug, Default)]
struct Spent {
    read: AtomicUsize,
    answered: AtomicUsize,
    turn: Mutex<Option<Arc<Turn>>>,
}

type Turn = OnceCell<Option<OwnedSemaphorePermit>>;

impl Allowance {
    /// That of the request.
    pub(crate) fn of(ctx: &Context<'_>) -> Allowance {
        ctx.data_opt::<Allowance>().cloned().unwrap_or_default()
    }

    /// Waits until the operation may hold the texts of so many tasks, once for all of them.
    pub(crate) async fn turn(&self, lists: &Lists, tasks: u64) {
        if tasks <= FEW {
            return;
        }
        let turn = Arc::clone(self.0.turn.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default());
        turn.get_or_init(|| lists.texts()).await;
    }

    /// How many bytes may still be read.
    pub(crate) fn unread(&self) -> usize {
        MAX_ANSWER_TEXT_BYTES.saturating_sub(self.0.read.load(Ordering::Relaxed))
    }

    /// Texts were read, and are held until the answer is there.
    ///
    /// # Errors
    /// `AnswerTooLarge`.
    pub(crate) fn read(&self, bytes: usize) -> Result<(), ApiError> {
        spend(&self.0.read, bytes)
    }

    /// A text goes into the answer: under each alias once more.
    ///
    /// # Errors
    /// `AnswerTooLarge`.
    pub(crate) fn answer(&self, bytes: usize) -> Result<(), ApiError> {
        spend(&self.0.answered, bytes)
    }

    /// The answer is there; what comes is another one.
    pub(crate) fn renew(&self) {
        *self.0.turn.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.0.read.store(0, Ordering::Relaxed);
        self.0.answered.store(0, Ordering::Relaxed);
    }
}

fn spend(spent: &AtomicUsize, bytes: usize) -> Result<(), ApiError> {
    let before = spent.fetch_add(bytes, Ordering::Relaxed);
    if before.saturating_add(bytes) > MAX_ANSWER_TEXT_BYTES { Err(too_large()) } else { Ok(()) }
}

pub(crate) fn too_large() -> ApiError {
    let rule = format!("the answer would have more than {} MiB of payloads and results", MAX_ANSWER_TEXT_BYTES >> 20);
    ApiError::new(Code::AnswerTooLarge, rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_and_what_is_answered_are_bounded_each() {
        let allowance = Allowance::default();
        assert_eq!(allowance.unread(), MAX_ANSWER_TEXT_BYTES);
        allowance.read(MAX_ANSWER_TEXT_BYTES - 1).unwrap();
        assert_eq!(allowance.unread(), 1);
        for _ in 0..2 {
            allowance.clone().answer(MAX_ANSWER_TEXT_BYTES / 2).unwrap();
        }
        for over in [allowance.read(2), allowance.answer(1)] {
            assert_eq!(over.unwrap_err().code, Code::AnswerTooLarge);
        }
        assert_eq!(allowance.unread(), 0);
        allowance.renew();
        allowance.answer(MAX_ANSWER_TEXT_BYTES).unwrap();
    }
}
