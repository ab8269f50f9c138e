//! Hints over LISTEN/NOTIFY. A hint says "look there", never what is there: nothing is lost when one is, because every
//! reader also reads after each (re)connect and polls now and then.
//!
//! A NOTIFY is never sent inside a task's transaction (the notifying commit holds one lock of the whole cluster while it
//! flushes): one coalescing [`Notifier`] per process sends right after the commits.

mod hint;
mod listener;
mod notifier;

pub use hint::{Hint, Topic};
pub use listener::{Event, Listener};
pub use notifier::Notifier;
