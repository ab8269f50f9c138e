//! Who wants to be woken for what.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

/// What a stream waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interest {
    Task(Uuid),
    Tenant,
}

/// The streams of one process, by tenant.
#[derive(Debug, Default)]
pub(super) struct Registry {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    next_id: u64,
    by_tenant: HashMap<Uuid, HashMap<u64, (Interest, Arc<Notify>)>>,
}

/// A place in the registry, given back when dropped.
#[derive(Debug)]
pub(super) struct Registration {
    registry: Arc<Registry>,
    tenant_id: Uuid,
    id: u64,
    woken: Arc<Notify>,
}

impl Registry {
    pub(super) fn register(self: &Arc<Self>, tenant_id: Uuid, interest: Interest) -> Registration {
        let woken = Arc::new(Notify::new());
        let mut waiting = self.lock();
        let id = waiting.next_id;
        waiting.next_id += 1;
        waiting.by_tenant.entry(tenant_id).or_default().insert(id, (interest, Arc::clone(&woken)));
        Registration { registry: Arc::clone(self), tenant_id, id, woken }
    }

    /// Tasks of a tenant changed; none named means any of them may have.
    pub(super) fn wake(&self, tenant_id: Uuid, task_ids: &[Uuid]) {
        let waiting = self.lock();
        for (interest, woken) in waiting.by_tenant.get(&tenant_id).into_iter().flat_map(HashMap::values) {
            match interest {
                Interest::Task(id) if !task_ids.is_empty() && !task_ids.contains(id) => {}
                Interest::Task(_) | Interest::Tenant => woken.notify_one(),
            }
        }
    }

    /// Hints may have been missed.
    pub(super) fn wake_all(&self) {
        for (_, woken) in self.lock().by_tenant.values().flat_map(HashMap::values) {
            woken.notify_one();
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.lock().by_tenant.values().map(HashMap::len).sum()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Every change under the lock is one insert or one removal: poisoned or not, it is whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registration {
    /// Whose changes are waited for.
    pub(super) fn tenant_id(&self) -> Uuid {
        self.tenant_id
    }

    /// Resolves once for all wakes since it last did; a wake while nobody waits is kept.
    pub(super) async fn woken(&self) {
        self.woken.notified().await;
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut waiting = self.registry.lock();
        if let Some(of_tenant) = waiting.by_tenant.get_mut(&self.tenant_id) {
            of_tenant.remove(&self.id);
            if of_tenant.is_empty() {
                waiting.by_tenant.remove(&self.tenant_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn woken(registration: &Registration) -> bool {
        registration.woken().now_or_never().is_some()
    }

    #[tokio::test]
    async fn a_hint_wakes_those_it_concerns_and_no_others() {
        let registry = Arc::new(Registry::default());
        let [tenant, other, a, b] = [1, 2, 3, 4].map(Uuid::from_u128);
        let task_a = registry.register(tenant, Interest::Task(a));
        let task_b = registry.register(tenant, Interest::Task(b));
        let all = registry.register(tenant, Interest::Tenant);
        let foreign = registry.register(other, Interest::Tenant);

        registry.wake(tenant, &[a]);
        assert_eq!([&task_a, &task_b, &all, &foreign].map(woken), [true, false, true, false]);
        registry.wake(tenant, &[]);
        assert_eq!([&task_a, &task_b, &all, &foreign].map(woken), [true, true, true, false]);
        registry.wake_all();
        assert_eq!([&task_a, &task_b, &all, &foreign].map(woken), [true; 4]);
        assert_eq!([&task_a, &task_b, &all, &foreign].map(woken), [false; 4]);
    }

    #[test]
    fn a_dropped_registration_leaves_nothing() {
        let registry = Arc::new(Registry::default());
        let one = registry.register(Uuid::nil(), Interest::Tenant);
        let two = registry.register(Uuid::nil(), Interest::Task(Uuid::nil()));
        drop(one);
        assert_eq!(registry.len(), 1);
        drop(two);
        assert_eq!(registry.len(), 0);
        assert!(registry.lock().by_tenant.is_empty());
    }
}
