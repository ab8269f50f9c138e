//! Tasks: one transition of the state machine per file, and the reads.
//!
//! ```text
//! create    -> pending
//! claim     pending -> running             (attempt + 1)
//! complete  running -> done
//! fail      running -> pending | failed    (attempts left, or none)
//! release   running -> pending             (attempt not charged)
//! rescue    running -> pending | failed    (the lease ran out)
//! cancel    pending | running -> cancelled
//! retry     failed | cancelled -> pending  (attempt = 0)
//! ```

mod batch;
mod cancel;
mod claim;
mod complete;
mod create;
mod create_many;
mod error;
mod fail;
mod filter;
mod head;
mod heartbeat;
mod input;
mod operate;
mod read;
mod ready;
mod release;
mod report;
mod rescue;
mod retry;
mod texts;

pub use crate::page::{End, Order, Page};
pub use batch::{Batched, InvalidBatch, MAX_BATCH_PAYLOAD_BYTES, MAX_BATCH_TASKS, validate_many};
pub use cancel::cancel;
pub use claim::{Batch, Claim, ClaimedTask, claim};
pub use complete::{Completion, complete};
pub use create::{Created, create};
pub use create_many::{CreateManyError, RefusedTask, create_many};
pub use error::TaskError;
pub use fail::{Failure, fail};
pub use filter::Filter;
pub use head::Head;
pub use heartbeat::{end_leases, heartbeat, lost};
pub(crate) use input::check_queue;
pub use input::{InvalidField, NewTask, Submission};
pub use operate::Operated;
pub use read::{Listed, by_idempotency_keys, by_references, get, head, heads, list, list_with_texts};
pub use ready::{Ready, ReadyPage, ready};
pub use release::{Release, release};
pub use report::{Report, Verdict};
pub use rescue::{ExpiredLease, Rescued, expired, rescue};
pub use retry::retry;
pub use texts::{Texts, Wanted, texts};
