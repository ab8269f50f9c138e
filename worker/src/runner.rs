//! The loop that fills free slots with work.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::DbErr;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::backoff;
use crate::claim::{Claimed, claim};
use crate::core::{Call, Core};
use crate::execute;
use crate::ready_list::{Pair, ReadyList};
use crate::scan::{self, Found, ScanPlan};

/// Claims at the same time, each of another pair.
const CLAIMS_AT_ONCE: usize = 2;
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// With fewer than three quarters of the slots free a claim waits this long for more: short tasks end together, and one
/// claim for all of them is cheaper (a third fewer transactions at 32 slots).
const LINGER: Duration = Duration::from_millis(2);

struct Runner {
    core: Arc<Core>,
    list: ReadyList,
    plan: ScanPlan,
    claims: JoinSet<Claimed>,
    scans: JoinSet<Result<Found, DbErr>>,
    /// Where the last scan left off, when there was too much for one.
    scan_from: Option<Pair>,
    failures: u32,
    /// No claim before this: the last one failed.
    pause_until: Option<Instant>,
    linger_until: Option<Instant>,
}

/// Claims and starts tasks until `stop`; what is claimed in that moment is given back.
///
/// # Errors
/// A claim or a scan panicked.
pub(crate) async fn run(core: Arc<Core>, mut calls: mpsc::Receiver<Call>, stop: CancellationToken) -> Result<(), JoinError> {
    let mut runner = Runner {
        list: ReadyList::default(),
        plan: ScanPlan::new(core.config.poll_interval, Instant::now()),
        claims: JoinSet::new(),
        scans: JoinSet::new(),
        scan_from: None,
        failures: 0,
        pause_until: None,
        linger_until: None,
        core,
    };
    let core = Arc::clone(&runner.core);
    loop {
        let retry_at = runner.claim_what_fits();
        let scan_at = runner.plan.next();
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(claimed) = runner.claims.join_next() => runner.claimed(claimed?),
            Some(scanned) = runner.scans.join_next() => runner.scanned(scanned?),
            Some(call) = calls.recv() => runner.called(call),
            () = core.wake.notified() => {}
            () = sleep_until(retry_at.unwrap_or_else(Instant::now)), if retry_at.is_some() => {}
            () = sleep_until(scan_at.unwrap_or_else(Instant::now)), if scan_at.is_some() => runner.scan(),
        }
    }
    while let Some(claimed) = runner.claims.join_next().await {
        if let Ok(Some((batch, deadline))) = claimed?.result {
            execute::give_back(&core, &batch, deadline);
        }
    }
    Ok(())
}

impl Runner {
    /// Starts claims while there are slots and pairs. Answers when to try again, if nothing else wakes us before.
    fn claim_what_fits(&mut self) -> Option<Instant> {
        let now = Instant::now();
        if let Some(pause) = self.pause_until.filter(|pause| *pause > now) {
            return Some(pause);
        }
        while self.claims.len() < CLAIMS_AT_ONCE && !self.list.is_empty() && self.core.reporter_keeps_up() {
            let free = self.core.slots.available_permits();
            if free == 0 {
                return None;
            }
            if free * 4 < self.core.config.concurrency * 3 {
                let until = *self.linger_until.get_or_insert(now + LINGER);
                if now < until {
                    return Some(until);
                }
            }
            self.linger_until = None;
            let turn = self.list.next(free)?;
            let ask = u32::try_from(turn.ask).unwrap_or(u32::MAX);
            // Only this loop takes permits, so those that were free a moment ago still are.
            let slots = Arc::clone(&self.core.slots).try_acquire_many_owned(ask).ok()?;
            self.claims.spawn(claim(Arc::clone(&self.core), turn, slots));
        }
        None
    }

    fn claimed(&mut self, claimed: Claimed) {
        let Claimed { turn, slots, result } = claimed;
        let got = match &result {
            Ok(batch) => batch.as_ref().map_or(0, |(batch, _)| batch.tasks.len()),
            Err(_) => 0,
        };
        self.list.claimed(&turn, got);
        match result {
            Ok(batch) => {
                (self.failures, self.pause_until) = (0, None);
                match batch {
                    Some((batch, deadline)) => execute::start(&self.core, batch, deadline, slots),
                    None if turn.hinted => self.plan.hint_was_vain(),
                    None => {}
                }
            }
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                tracing::warn!(%error, failures = self.failures, "claim failed");
                self.pause_until = Some(Instant::now() + backoff::after_failures(self.failures, LONGEST_PAUSE));
                self.list.add(turn.pair, turn.hinted);
            }
        }
    }

    fn called(&mut self, call: Call) {
        match call {
            Call::Ready(pair) => self.list.add(pair, true),
            Call::Scan => self.plan.soon(Instant::now()),
            Call::DueAt(when) => self.plan.by(when),
        }
    }

    fn scan(&mut self) {
        self.plan.started(Instant::now());
        self.scans.spawn(scan::run(Arc::clone(&self.core), self.scan_from.take()));
    }

    fn scanned(&mut self, scanned: Result<Found, DbErr>) {
        if let Err(error) = &scanned {
            tracing::warn!(%error, "cannot look for work");
        }
        self.plan.ended(Instant::now(), scanned.as_ref().ok(), rand::random());
        let found = scanned.unwrap_or_default();
        self.scan_from = found.rest;
        for pair in found.due {
            self.list.add(pair, false);
        }
    }
}
