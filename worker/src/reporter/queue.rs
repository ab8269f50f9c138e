//! What waits to be reported: by tenant, tenants in turn.

use std::collections::{HashMap, HashSet, VecDeque};

use uuid::Uuid;

use super::batch::Batch;
use crate::holdings::{AttemptKey, LeaseKey};
use crate::outcome::End;

/// At most this many attempts in one transaction (measured: more gains little and holds its locks longer).
const MAX_ATTEMPTS: usize = 500;
/// Nor more than this of results.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// One ended attempt.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(crate) lease: LeaseKey,
    pub(crate) attempt: AttemptKey,
    pub(crate) end: End,
    /// A batch with this one was refused for its data: it goes alone, so that it fails nobody else.
    pub(crate) alone: bool,
}

impl Ended {
    pub(crate) fn new(lease: LeaseKey, attempt: AttemptKey, end: End) -> Ended {
        Ended { lease, attempt, end, alone: false }
    }

    fn bytes(&self) -> usize {
        match &self.end {
            End::Complete { bytes, .. } => *bytes,
            End::Fail { message, .. } => message.len(),
            End::Release(_) | End::Silent => 0,
        }
    }
}

#[derive(Debug, Default)]
struct Waiting {
    ended: VecDeque<Ended>,
    /// Settled leases whose row is still there.
    rows_left: HashSet<LeaseKey>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    tenants: HashMap<Uuid, Waiting>,
    turns: VecDeque<Uuid>,
}

impl Queue {
    pub(crate) fn push(&mut self, ended: Ended) {
        self.tenant(ended.lease.0).ended.push_back(ended);
    }

    /// Puts back what could not be reported, before what came later.
    pub(crate) fn put_back(&mut self, ended: Ended) {
        self.tenant(ended.lease.0).ended.push_front(ended);
    }

    pub(crate) fn end_leases(&mut self, leases: Vec<LeaseKey>) {
        for lease in leases {
            self.tenant(lease.0).rows_left.insert(lease);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tenants.is_empty()
    }

    fn tenant(&mut self, tenant_id: Uuid) -> &mut Waiting {
        let turns = &mut self.turns;
        self.tenants.entry(tenant_id).or_insert_with(|| {
            turns.push_back(tenant_id);
            Waiting::default()
        })
    }

    /// What the next tenant has, up to the limits; a tenant with more gets another turn after the others.
    pub(crate) fn next_batch(&mut self) -> Option<Batch> {
        let tenant_id = self.turns.pop_front()?;
        let mut waiting = self.tenants.remove(&tenant_id)?;
        let mut ended = Vec::new();
        let mut bytes = 0;
        while let Some(next) = waiting.ended.front() {
            bytes += next.bytes();
            let fits = ended.len() < MAX_ATTEMPTS && bytes <= MAX_BYTES && !next.alone;
            if !fits && !ended.is_empty() {
                break;
            }
            let last = next.alone;
            ended.extend(waiting.ended.pop_front());
            if last {
                break;
            }
        }
        let rows_left = std::mem::take(&mut waiting.rows_left);
        if !waiting.ended.is_empty() {
            self.tenants.insert(tenant_id, waiting);
            self.turns.push_back(tenant_id);
        }
        Some(Batch { tenant_id, ended, rows_left: rows_left.into_iter().collect() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn ended(tenant: u128, task: u128, bytes: usize) -> Ended {
        let lease = (Uuid::from_u128(tenant), Uuid::from_u128(9));
        Ended::new(lease, (Uuid::from_u128(task), 1), End::Complete { result: Value::Null, bytes })
    }

    fn sizes(queue: &mut Queue) -> Vec<(u128, usize)> {
        std::iter::from_fn(|| queue.next_batch()).map(|b| (b.tenant_id.as_u128(), b.ended.len())).collect()
    }

    #[test]
    fn a_batch_takes_what_is_there_of_one_tenant_up_to_its_limit() {
        let mut queue = Queue::default();
        for task in 0..1200 {
            queue.push(ended(1, task, 10));
        }
        queue.push(ended(2, 0, 10));
        assert_eq!(sizes(&mut queue), [(1, 500), (2, 1), (1, 500), (1, 200)]);
        assert!(queue.is_empty());
    }

    #[test]
    fn large_results_make_small_batches_and_the_suspect_goes_alone() {
        let mut queue = Queue::default();
        queue.push(ended(1, 0, MAX_BYTES));
        queue.push(ended(1, 1, 1));
        queue.push(Ended { alone: true, ..ended(1, 2, 1) });
        queue.push(ended(1, 3, 1));
        queue.push(ended(1, 4, 1));
        assert_eq!(sizes(&mut queue), [(1, 1), (1, 1), (1, 1), (1, 2)]);
    }
}
