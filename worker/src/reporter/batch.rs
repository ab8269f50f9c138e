//! What one report transaction says.

use std::collections::BTreeMap;

use domain::task::{Completion, Failure, Release};
use uuid::Uuid;

use super::queue::Ended;
use crate::holdings::{AttemptKey, LeaseKey};
use crate::outcome::End;

/// Ended attempts of one tenant, and leases of which nothing is left but their row.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) tenant_id: Uuid,
    pub(crate) ended: Vec<Ended>,
    pub(crate) rows_left: Vec<LeaseKey>,
}

/// The same in the domain's terms.
#[derive(Debug, Default)]
pub(super) struct Writes {
    pub(super) completions: Vec<Completion>,
    pub(super) failures: Vec<Failure>,
    /// By reason.
    pub(super) releases: BTreeMap<&'static str, Vec<Release>>,
}

impl Batch {
    pub(super) fn keys(&self) -> Vec<(LeaseKey, AttemptKey)> {
        self.ended.iter().map(|ended| (ended.lease, ended.attempt)).collect()
    }

    pub(super) fn writes(&self) -> Writes {
        let mut writes = Writes::default();
        for Ended { attempt: (task_id, lease_epoch), end, .. } in &self.ended {
            let (task_id, lease_epoch) = (*task_id, *lease_epoch);
            match end {
                End::Complete { result, .. } => {
                    writes.completions.push(Completion { task_id, lease_epoch, result: result.clone() });
                }
                End::Fail { code, message, for_good, retry_in } => writes.failures.push(Failure {
                    task_id,
                    lease_epoch,
                    code: code.clone(),
                    message: message.clone(),
                    for_good: *for_good,
                    retry_in: *retry_in,
                }),
                End::Release(reason) => writes.releases.entry(reason).or_default().push(Release { task_id, lease_epoch }),
                End::Silent => {}
            }
        }
        writes
    }
}

impl Writes {
    pub(super) fn is_empty(&self) -> bool {
        self.completions.is_empty() && self.failures.is_empty() && self.releases.is_empty()
    }
}
