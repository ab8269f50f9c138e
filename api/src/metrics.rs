//! What one API process counts. `docs/METRICS.md` says what each figure means.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use boot::metrics::{AUDIT_FAILURES, Registry, count, counter, gauge, seconds};
use domain::audit;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

use crate::error::Code;
use crate::live::Live;

/// The figures of one process. Cheap to clone; clones count together.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Figures>);

#[derive(Debug)]
struct Figures {
    live: Live,
    operations: Family<Operations, Counter>,
    seconds: Family<Durations, Histogram, fn() -> Histogram>,
    errors: Family<Errors, Counter>,
    delivery: Histogram,
    resyncs: Counter,
}

impl Default for Figures {
    fn default() -> Figures {
        Figures {
            live: Live::default(),
            operations: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            errors: Family::default(),
            delivery: seconds(),
            resyncs: Counter::default(),
        }
    }
}

/// How a client talks to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Transport {
    /// GraphQL, one answer.
    Http,
    /// GraphQL over server-sent events.
    Sse,
    /// GraphQL over a websocket.
    Websocket,
    /// The REST facade.
    Rest,
}

impl Transport {
    /// As it is logged and counted.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Transport::Http => "http",
            Transport::Sse => "sse",
            Transport::Websocket => "websocket",
            Transport::Rest => "rest",
        }
    }
}

impl EncodeLabelValue for Transport {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.as_str().encode(encoder)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operations {
    transport: Transport,
    operation: Cow<'static, str>,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Durations {
    transport: Transport,
    operation: Cow<'static, str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Errors {
    code: &'static str,
}

impl Metrics {
    /// Says to the registry what there is.
    pub fn register(&self, registry: &mut Registry) {
        let figures = &self.0;
        registry.register("operations", "Operations that have ended", figures.operations.clone());
        registry.register("operation_seconds", "How long operations took; not of subscriptions", figures.seconds.clone());
        registry.register("errors", "Answers with an error, by the first one's code", figures.errors.clone());
        registry.register(
            "change_delivery_seconds",
            "From a change of a task to the moment when a waiting subscription has read it",
            figures.delivery.clone(),
        );
        registry.register("hint_resyncs", "How often hints of changes may have been missed", figures.resyncs.clone());
        registry.register_collector(Box::new(Open(figures.live.clone())));
    }

    /// What is open at this moment.
    #[must_use]
    pub fn live(&self) -> &Live {
        &self.0.live
    }

    /// An operation has ended. `took` is missing where it says nothing: a subscription's client decides how long it takes.
    pub(crate) fn ended(
        &self,
        transport: Transport,
        operation: Cow<'static, str>,
        outcome: &'static str,
        took: Option<Duration>,
    ) {
        if let Some(took) = took {
            let durations = Durations { transport, operation: operation.clone() };
            self.0.seconds.get_or_create(&durations).observe(took.as_secs_f64());
        }
        self.0.operations.get_or_create(&Operations { transport, operation, outcome }).inc();
    }

    /// An error was answered.
    pub(crate) fn failed(&self, code: Code) {
        self.0.errors.get_or_create(&Errors { code: code.as_str() }).inc();
    }

    /// A waiting subscription has read a change that was so old.
    pub(crate) fn delivered(&self, age: Duration) {
        self.0.delivery.observe(age.as_secs_f64());
    }

    /// Hints may have been missed.
    pub(crate) fn resynced(&self) {
        self.0.resyncs.inc();
    }
}

#[derive(Debug)]
struct Open(Live);

impl Collector for Open {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let live = &self.0;
        for (name, help, number) in [
            ("sockets", "Open websockets", live.sockets()),
            ("socket_operations", "Operations that run on websockets", live.operations()),
            ("event_streams", "Operations that are answered by server-sent events", live.event_streams()),
            ("waits", "REST requests that wait for a task", live.waits()),
        ] {
            gauge(&mut encoder, name, help, count(number))?;
        }
        counter(&mut encoder, "audit_write_failures", AUDIT_FAILURES, audit::write_failures())
    }
}
