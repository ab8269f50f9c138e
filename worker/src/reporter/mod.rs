//! Reports how attempts ended: in batches of what is there, never waiting for more, one transaction per tenant, and again
//! until the database has answered.

mod batch;
mod queue;
mod send;
mod settle;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::DbErr;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use self::batch::Batch;
pub(crate) use self::queue::Ended;
use self::queue::Queue;
use self::send::Answer;
use crate::backoff;
use crate::core::Core;

/// Report transactions at the same time: one waits for the disk while the next is being prepared.
const AT_ONCE: usize = 2;
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// While draining there is no time for patience.
const LONGEST_PAUSE_DRAINING: Duration = Duration::from_millis(100);

struct Reporter {
    core: Arc<Core>,
    queue: Queue,
    sending: JoinSet<Result<Answer, DbErr>>,
    /// Kept here too, so that not even a panic while sending loses a report.
    in_flight: HashMap<Id, Arc<Batch>>,
    failures: u32,
    pause_until: Instant,
}

/// Runs until `drain` is cancelled and everything is reported.
pub(crate) async fn run(core: Arc<Core>, mut ended: mpsc::UnboundedReceiver<Ended>, drain: CancellationToken) {
    let mut reporter = Reporter {
        core,
        queue: Queue::default(),
        sending: JoinSet::new(),
        in_flight: HashMap::new(),
        failures: 0,
        pause_until: Instant::now(),
    };
    loop {
        // Attempts that ended in the same moment get to say so before the first of them is sent alone.
        tokio::task::yield_now().await;
        while let Ok(one) = ended.try_recv() {
            reporter.queue.push(one);
        }
        reporter.send_what_is_there();
        if drain.is_cancelled() && reporter.queue.is_empty() && reporter.sending.is_empty() && ended.is_empty() {
            return;
        }
        let paused = !reporter.queue.is_empty() && Instant::now() < reporter.pause_until;
        tokio::select! {
            Some(one) = ended.recv() => reporter.queue.push(one),
            Some(done) = reporter.sending.join_next_with_id() => {
                let longest = if drain.is_cancelled() { LONGEST_PAUSE_DRAINING } else { LONGEST_PAUSE };
                reporter.answered(done, longest);
            }
            () = sleep_until(reporter.pause_until), if paused => {}
            () = drain.cancelled(), if !drain.is_cancelled() => {}
        }
    }
}

impl Reporter {
    fn send_what_is_there(&mut self) {
        while self.sending.len() < AT_ONCE && Instant::now() >= self.pause_until {
            let Some(batch) = self.queue.next_batch() else { return };
            let batch = Arc::new(batch);
            let task = self.sending.spawn(send::send(Arc::clone(&self.core), Arc::clone(&batch)));
            self.in_flight.insert(task.id(), batch);
        }
    }

    fn answered(&mut self, done: Result<(Id, Result<Answer, DbErr>), JoinError>, longest_pause: Duration) {
        let (id, result) = match done {
            Ok(done) => done,
            Err(error) => (error.id(), Err(DbErr::Custom(error.to_string()))),
        };
        let Some(batch) = self.in_flight.remove(&id) else { return };
        // The sender is done, so this is the only owner left; a clone serves the case that it is not.
        let batch = Arc::unwrap_or_clone(batch);
        match result {
            Ok(answer) => {
                self.failures = 0;
                let rows_left = settle::settle(&self.core, &batch, &answer);
                self.queue.end_leases(rows_left);
            }
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                self.pause_until = Instant::now() + backoff::after_failures(self.failures, longest_pause);
                settle::failed(&self.core, &mut self.queue, batch, &error);
            }
        }
    }
}
