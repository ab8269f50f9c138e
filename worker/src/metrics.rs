//! What one worker process counts. `docs/METRICS.md` says what each figure means.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use boot::metrics::{AUDIT_FAILURES, Registry, count, counter, counters, gauge, seconds};
use domain::audit;
use domain::stats::Tasks;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;

use crate::core::Core;

/// The figures of one process. Cheap to clone; clones count together.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Figures>);

#[derive(Debug)]
struct Figures {
    attempts: Family<Attempts, Counter>,
    seconds: Family<Kind, Histogram, fn() -> Histogram>,
    waits: Histogram,
    claims: Family<Claims, Counter>,
    claim_seconds: Histogram,
    report_seconds: Histogram,
    /// The worker that counts here, once it runs.
    core: OnceLock<Weak<Core>>,
    all: Mutex<Option<All>>,
}

/// What the last line of stats said that this worker has written.
#[derive(Clone, Copy, Debug)]
struct All {
    until: Instant,
    tasks: Tasks,
    workers: u64,
}

impl Default for Figures {
    fn default() -> Figures {
        Figures {
            attempts: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            waits: seconds(),
            claims: Family::default(),
            claim_seconds: seconds(),
            report_seconds: seconds(),
            core: OnceLock::new(),
            all: Mutex::default(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Attempts {
    kind: &'static str,
    end: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Claims {
    result: &'static str,
}

impl Metrics {
    /// Says to the registry what there is.
    pub fn register(&self, registry: &mut Registry) {
        let figures = &self.0;
        registry.register("attempts", "Attempts that have ended, by what is reported of them", figures.attempts.clone());
        registry.register("attempt_seconds", "How long attempts took", figures.seconds.clone());
        registry.register("task_wait_seconds", "From a task being due to its claim", figures.waits.clone());
        registry.register("claims", "Claims of a queue's tasks", figures.claims.clone());
        registry.register("claim_seconds", "How long claims took", figures.claim_seconds.clone());
        registry.register("report_seconds", "How long reports took, each of up to 500 attempts", figures.report_seconds.clone());
        registry.register_collector(Box::new(Now(self.clone())));
    }

    /// What this worker has at any moment is told from now on.
    pub(crate) fn observe(&self, core: &Arc<Core>) {
        let _ = self.0.core.set(Arc::downgrade(core));
    }

    pub(crate) fn attempt_ended(&self, kind: &'static str, end: &'static str, took: Duration) {
        self.0.attempts.get_or_create(&Attempts { kind, end }).inc();
        self.0.seconds.get_or_create(&Kind { kind }).observe(took.as_secs_f64());
    }

    pub(crate) fn claimed(&self, result: &'static str, took: Duration, waits: impl Iterator<Item = Duration>) {
        self.0.claims.get_or_create(&Claims { result }).inc();
        self.0.claim_seconds.observe(took.as_secs_f64());
        waits.for_each(|wait| self.0.waits.observe(wait.as_secs_f64()));
    }

    pub(crate) fn reported(&self, took: Duration) {
        self.0.report_seconds.observe(took.as_secs_f64());
    }

    /// This worker has written the line of stats, and will again in about `interval` unless another has the turn.
    pub(crate) fn stats(&self, tasks: Tasks, workers: u64, interval: Duration) {
        let all = All { until: Instant::now() + interval * 3 / 2, tasks, workers };
        *self.0.all.lock().unwrap_or_else(PoisonError::into_inner) = Some(all);
    }

    /// What is still so.
    fn all(&self) -> Option<All> {
        self.0.all.lock().unwrap_or_else(PoisonError::into_inner).filter(|all| Instant::now() < all.until)
    }
}

/// What is read when somebody asks.
#[derive(Debug)]
struct Now(Metrics);

impl Collector for Now {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let Some(core) = self.0.0.core.get().and_then(Weak::upgrade) else { return Ok(()) };
        let (slots, free) = (core.config.concurrency, core.slots.available_permits());
        for (name, help, number) in [
            ("slots", "Attempts that this worker makes at a time", slots),
            ("slots_busy", "Attempts that are under way, or are being claimed", slots.saturating_sub(free)),
            ("leases", "Leases that this worker holds", core.holdings.live().len()),
            ("unreported", "Attempts that have ended and are not reported yet", core.unreported()),
        ] {
            gauge(&mut encoder, name, help, count(number))?;
        }
        counter(&mut encoder, "audit_write_failures", AUDIT_FAILURES, audit::write_failures())?;
        let total = core.tally.total();
        let outcomes = [("done", total.done), ("retried", total.retried), ("failed", total.failed), ("rescued", total.rescued)];
        counters(&mut encoder, "tasks", "What the database has confirmed, by outcome", "outcome", &outcomes)?;
        let Some(All { tasks, workers, .. }) = self.0.all() else { return Ok(()) };
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        gauge(&mut encoder, "queue_pending", "Tasks that wait and may be claimed now", number(tasks.pending))?;
        gauge(&mut encoder, "queue_running", "Tasks under a lease", number(tasks.running))?;
        gauge(&mut encoder, "workers", "Workers seen in the last minute", number(workers))?;
        let oldest = ConstGauge::new(tasks.oldest_pending.as_secs_f64());
        let help = "How long the oldest of them has waited since it was due";
        let encoder = encoder.encode_descriptor("queue_oldest_pending_seconds", help, None, oldest.metric_type())?;
        oldest.encode(encoder)
    }
}
