//! Whose turn it is to read.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

/// Lanes for streams that are behind. Tenants that share one only wait for each other.
const LANES: usize = 32;

/// Shares out the connections that streams may use together. A stream that is behind reads much and at once, so those that
/// are use half of the turns at most: a change is delivered to whoever waits for it, however many catch up. Of one tenant
/// only one reads at a time, so that its thousand streams do not stand before another's one.
#[derive(Debug)]
pub(super) struct Turns {
    all: Semaphore,
    behind: Semaphore,
    lanes: [Semaphore; LANES],
}

/// Held while a stream reads. (The semaphores are never closed, so that there is always one to come.)
#[derive(Debug, Default)]
pub(super) struct Turn<'a> {
    _held: [Option<SemaphorePermit<'a>>; 3],
}

impl Turns {
    pub(super) fn new(connections: usize) -> Turns {
        let behind = (connections / 2).max(1);
        let lanes = std::array::from_fn(|_| Semaphore::new(1));
        Turns { all: Semaphore::new(connections), behind: Semaphore::new(behind), lanes }
    }

    /// For one read of what has just changed.
    pub(super) async fn live(&self) -> Turn<'_> {
        Turn { _held: [self.all.acquire().await.ok(), None, None] }
    }

    /// For one read of many.
    pub(super) async fn behind(&self, tenant_id: Uuid) -> Turn<'_> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(tenant_id);
        let lane = usize::try_from(hash % LANES as u64).ok().and_then(|nth| self.lanes.get(nth));
        let lane = match lane {
            Some(lane) => lane.acquire().await.ok(),
            None => None,
        };
        let behind = self.behind.acquire().await.ok();
        Turn { _held: [self.all.acquire().await.ok(), behind, lane] }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn streams_that_are_behind_leave_turns_to_those_that_are_not() {
        let turns = Turns::new(4);
        let behind: Vec<_> = (0..100).filter_map(|n| turns.behind(Uuid::from_u128(n)).now_or_never()).collect();
        assert_eq!(behind.len(), 2);
        let live: Vec<_> = (0..100).filter_map(|_| turns.live().now_or_never()).collect();
        assert_eq!(live.len(), 2);
        drop(behind);
        assert!(turns.live().now_or_never().is_some());
    }

    #[test]
    fn a_tenant_that_is_behind_leaves_a_turn_to_another() {
        let turns = Turns::new(4);
        let [acme, other] = [1, 2].map(Uuid::from_u128);
        let first = turns.behind(acme).now_or_never().unwrap();
        assert!(turns.behind(acme).now_or_never().is_none());
        assert!(turns.behind(other).now_or_never().is_some());
        drop(first);
        assert!(turns.behind(acme).now_or_never().is_some());
    }

    #[test]
    fn one_connection_is_everybodys() {
        let turns = Turns::new(1);
        let behind = turns.behind(Uuid::nil()).now_or_never();
        assert!(behind.is_some() && turns.live().now_or_never().is_none());
        drop(behind);
        assert!(turns.live().now_or_never().is_some());
    }
}
