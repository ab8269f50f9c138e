//! What this worker believes it holds: leases, and the attempts of each that are not settled yet.
//!
//! An attempt is *open* from the claim until the database has answered its report. A lease is removed by the report that
//! settles its last open attempt, never before: a task whose lease row is gone would be seen by no rescuer.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;
use uuid::Uuid;

/// `(tenant, lease)`.
pub(crate) type LeaseKey = (Uuid, Uuid);
/// `(task, epoch)`.
pub(crate) type AttemptKey = (Uuid, i64);

/// Why an attempt must stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopReason {
    /// It is not ours any more: cancelled or rescued.
    Lost,
    /// We cannot be sure that it still is.
    LeaseUncertain,
    /// This process ends.
    Draining,
}

#[derive(Debug)]
struct Lease {
    /// Until when it is ours for certain, by our own monotonic clock, counted from before the statement was sent.
    deadline: Instant,
    /// Not extended any more: its deadline passed, or the database did not know it.
    given_up: bool,
    /// An attempt of it will never be reported: the row must stay, so that a rescuer finds the task.
    orphaned: bool,
    open: HashMap<AttemptKey, oneshot::Sender<StopReason>>,
}

impl Lease {
    fn stop(&mut self, reason: StopReason) {
        for (_, sender) in self.open.iter_mut() {
            stop(sender, reason);
        }
    }
}

/// Tells the attempt once; an attempt that has ended does not hear it.
fn stop(sender: &mut oneshot::Sender<StopReason>, reason: StopReason) {
    let used = oneshot::channel().0;
    let _ = std::mem::replace(sender, used).send(reason);
}

/// The ledger. Locks are held for single map operations only.
#[derive(Debug, Default)]
pub(crate) struct Holdings {
    leases: Mutex<HashMap<LeaseKey, Lease>>,
    /// Wakes the lease clock.
    pub(crate) added: Notify,
}

impl Holdings {
    fn lock(&self) -> MutexGuard<'_, HashMap<LeaseKey, Lease>> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in a claimed batch; each receiver tells its attempt to stop.
    pub(crate) fn adopt(
        &self,
        key: LeaseKey,
        deadline: Instant,
        attempts: impl Iterator<Item = AttemptKey>,
    ) -> Vec<oneshot::Receiver<StopReason>> {
        let mut open = HashMap::new();
        let mut stops = Vec::new();
        for attempt in attempts {
            let (sender, receiver) = oneshot::channel();
            open.insert(attempt, sender);
            stops.push(receiver);
        }
        self.lock().insert(key, Lease { deadline, given_up: false, orphaned: false, open });
        self.added.notify_one();
        stops
    }

    /// The leases to be extended.
    pub(crate) fn live(&self) -> Vec<LeaseKey> {
        self.lock().iter().filter(|(_, lease)| !lease.given_up && !lease.open.is_empty()).map(|(key, _)| *key).collect()
    }

    /// A heartbeat was answered: what it named is ours until `deadline`, what it asked for and did not name is not.
    pub(crate) fn extended(&self, asked: &[LeaseKey], answered: &HashSet<LeaseKey>, deadline: Instant) {
        let mut leases = self.lock();
        for key in asked {
            let Some(lease) = leases.get_mut(key).filter(|lease| !lease.given_up) else { continue };
            if answered.contains(key) {
                lease.deadline = deadline;
            } else {
                lease.given_up = true;
                lease.stop(StopReason::LeaseUncertain);
            }
        }
    }

    /// Gives up the leases whose deadline has passed. Answers how many, and when the next one will.
    pub(crate) fn expire(&self, now: Instant) -> (usize, Option<Instant>) {
        let mut leases = self.lock();
        let mut expired = 0;
        for lease in leases.values_mut().filter(|lease| !lease.given_up && lease.deadline <= now) {
            lease.given_up = true;
            lease.stop(StopReason::LeaseUncertain);
            expired += 1;
        }
        (expired, leases.values().filter(|lease| !lease.given_up).map(|lease| lease.deadline).min())
    }

    /// The running attempts of each tenant; of one task list only, if given.
    pub(crate) fn running(&self, only: Option<(Uuid, &[Uuid])>) -> HashMap<Uuid, Vec<AttemptKey>> {
        let mut running: HashMap<Uuid, Vec<AttemptKey>> = HashMap::new();
        for ((tenant_id, _), lease) in self.lock().iter() {
            for (attempt, _) in lease.open.iter().filter(|(_, sender)| !sender.is_closed()) {
                if only.is_none_or(|(tenant, tasks)| tenant == *tenant_id && tasks.contains(&attempt.0)) {
                    running.entry(*tenant_id).or_default().push(*attempt);
                }
            }
        }
        running
    }

    /// These attempts of a tenant are not ours any more. Those whose lease is over by our own clock were rescued, or will
    /// be: they are given back, so that the refusal is in the trail. The others were cancelled, which the trail says.
    pub(crate) fn lost(&self, tenant_id: Uuid, attempts: &[AttemptKey], now: Instant) {
        let mut leases = self.lock();
        for (_, lease) in leases.iter_mut().filter(|((tenant, _), _)| *tenant == tenant_id) {
            let reason = if lease.deadline <= now { StopReason::LeaseUncertain } else { StopReason::Lost };
            for attempt in attempts {
                if let Some(sender) = lease.open.get_mut(attempt) {
                    stop(sender, reason);
                }
            }
        }
    }

    /// Stops everything.
    pub(crate) fn stop_all(&self, reason: StopReason) {
        self.lock().values_mut().for_each(|lease| lease.stop(reason));
    }

    /// Which leases have no open attempt beside these.
    pub(crate) fn ended_by(&self, attempts: &[(LeaseKey, AttemptKey)]) -> Vec<LeaseKey> {
        let leases = self.lock();
        let keys: HashSet<LeaseKey> = attempts.iter().map(|(key, _)| *key).collect();
        let settled: HashSet<&(LeaseKey, AttemptKey)> = attempts.iter().collect();
        let ends = |key: &LeaseKey| {
            leases.get(key).is_some_and(|l| !l.orphaned && l.open.keys().all(|attempt| settled.contains(&(*key, *attempt))))
        };
        keys.into_iter().filter(ends).collect()
    }

    /// The database has answered an attempt's report.
    pub(crate) fn settle(&self, key: LeaseKey, attempt: AttemptKey) {
        if let Some(lease) = self.lock().get_mut(&key) {
            lease.open.remove(&attempt);
        }
    }

    /// An attempt's report is given up: only a rescuer can end it now.
    pub(crate) fn orphan(&self, key: LeaseKey, attempt: AttemptKey) {
        if let Some(lease) = self.lock().get_mut(&key) {
            lease.orphaned = true;
            lease.open.remove(&attempt);
        }
    }

    /// Forgets leases without open attempts. Answers those whose row is still there, because two reports at once settled
    /// the last of them: `ended` are those whose row is gone.
    pub(crate) fn forget_settled(&self, keys: &HashSet<LeaseKey>, ended: &[LeaseKey]) -> Vec<LeaseKey> {
        let mut leases = self.lock();
        let mut left = Vec::new();
        for key in keys {
            if leases.get(key).is_some_and(|lease| lease.open.is_empty())
                && let Some(lease) = leases.remove(key)
                && !lease.orphaned
                && !ended.contains(key)
            {
                left.push(*key);
            }
        }
        left
    }

    /// Until when the lease was ours for certain.
    pub(crate) fn deadline(&self, key: LeaseKey) -> Option<Instant> {
        self.lock().get(&key).map(|lease| lease.deadline)
    }
}

#[cfg(test)]
mod tests;
