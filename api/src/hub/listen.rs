//! The one listener of the process.

use domain::event::{Event, Hint, Listener, Topic};
use sqlx::PgPool;

use super::Hub;

/// Wakes streams until the hub is stopped.
pub(super) async fn run(hub: Hub, listener_pool: PgPool) {
    let mut listener = Listener::new(listener_pool, hub.db.clone(), &[Topic::Changed]);
    while let Some(event) = hub.stop.run_until_cancelled(listener.next()).await {
        match event {
            Event::Hint(Hint::Changed { tenant_id, task_ids }) => hub.registry.wake(tenant_id, &task_ids),
            Event::Hint(_) => {}
            Event::Resync => {
                hub.metrics.resynced();
                hub.registry.wake_all();
            }
        }
    }
}
