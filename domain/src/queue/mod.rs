//! Queues: which there are, and which are paused. A queue needs no making: it is there with its first task.

mod list;
mod pause;

pub use list::{Queue, list};
pub use pause::{Paused, pause, resume};
