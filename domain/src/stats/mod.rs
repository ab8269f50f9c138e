//! Numbers about all tasks and all workers, for operators and alerts: how much waits and for how long, and what happened since
//! they were last asked for. None of them decides anything; the trail is the truth.
//!
//! Every worker [`fn@report`]s what it counted. When the next line of numbers is due, one of them gets the turn ([`take_turn`]),
//! reads the [`fn@tasks`], [`take`]s what all have reported, and writes the line. Three statements and no lock that a session
//! holds, so that it works behind a pooler of transactions. See `docs/adr/0023`.

mod report;
mod tasks;

pub use report::{Outcomes, Taken, report, take, take_turn};
pub use tasks::{Tasks, tasks};
