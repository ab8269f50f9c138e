//! Passes on what the listener hears. It only listens here, so that nothing slow stands between two hints.

use std::sync::Arc;

use domain::event::{Event, Hint, Listener, Topic};
use sqlx::PgPool;
use tokio::sync::mpsc;

use crate::core::{Call, Core};
use crate::lost::Suspects;

/// Runs until it is dropped.
pub(crate) async fn run(core: Arc<Core>, pool: PgPool, suspects: mpsc::Sender<Suspects>) {
    let mut listener = Listener::new(pool, core.db.clone(), &[Topic::Ready, Topic::Cancelled]);
    loop {
        // What does not fit into a full channel is found by the next scan, or by the next look at everything.
        match listener.next().await {
            Event::Hint(Hint::Ready { tenant_id, queue }) => core.call(Call::Ready((tenant_id, queue))),
            Event::Hint(Hint::Cancelled { tenant_id, task_ids }) => {
                let _ = suspects.try_send(Suspects::Tasks(tenant_id, task_ids));
            }
            Event::Hint(Hint::Changed { .. }) => {}
            Event::Resync => {
                core.call(Call::Scan);
                let _ = suspects.try_send(Suspects::All);
            }
        }
    }
}
