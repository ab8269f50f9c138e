//! Export of spans to an OpenTelemetry collector, when one is configured: one span for each operation of the API and for
//! each attempt of a worker, which say themselves when they are over.
//!
//! They are no spans of `tracing`: a subscription lasts for days, and a `tracing` span that is held so long costs more than
//! all else of an idle subscriber.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor as _};

use super::settings::Collector;

/// The last spans may take this long to be sent.
const LAST: Duration = Duration::from_secs(1);

static EXPORT: OnceLock<Export> = OnceLock::new();

struct Export {
    processor: BatchSpanProcessor,
    ratio: f64,
}

/// What was going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A request was answered.
    Server,
    /// A task was worked on.
    Consumer,
}

/// A span that is over.
#[derive(Clone, Debug)]
pub struct Span {
    /// What was done: one of few names.
    pub name: Cow<'static, str>,
    /// What was going on.
    pub kind: Kind,
    /// The trace, 16 bytes.
    pub trace_id: u128,
    /// The span itself, 8 bytes.
    pub span_id: u64,
    /// The span that caused it; of another process.
    pub parent_id: Option<u64>,
    /// When it began.
    pub started: SystemTime,
    /// The public code of an error, if it failed.
    pub error: Option<Cow<'static, str>>,
    /// What else is known.
    pub attributes: Vec<(&'static str, String)>,
}

/// Whether a trace that begins here shall be recorded.
#[must_use]
pub fn samples() -> bool {
    EXPORT.get().is_some_and(|export| rand::random_bool(export.ratio))
}

/// Whether spans go anywhere: what only they need may be left out if not.
#[must_use]
pub fn are_exported() -> bool {
    EXPORT.get().is_some()
}

/// Hands a span over, which takes no time; when the collector does not keep up, some are dropped. Without a collector this
/// does nothing.
pub fn export(span: Span) {
    if let Some(export) = EXPORT.get() {
        export.processor.on_end(data(span));
    }
}

/// Sends to this collector from now on; called once, before a runtime is there.
pub(super) fn start(service: &'static str, collector: &Collector) {
    let exporter = match SpanExporter::builder().with_http().with_endpoint(collector.traces()).build() {
        Ok(exporter) => exporter,
        Err(error) => {
            tracing::error!(%error, "spans are not exported");
            return;
        }
    };
    let mut processor = BatchSpanProcessor::builder(exporter).build();
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    processor.set_resource(&Resource::builder().with_service_name(service).with_attribute(version).build());
    let _ = EXPORT.set(Export { processor, ratio: collector.ratio });
}

/// Sends what is left, for a second at most.
pub fn finish() {
    if let Some(export) = EXPORT.get()
        && let Err(error) = export.processor.shutdown_with_timeout(LAST)
    {
        tracing::warn!(%error, "the last spans were not sent");
    }
}

fn data(span: Span) -> SpanData {
    let context = SpanContext::new(
        TraceId::from(span.trace_id),
        SpanId::from(span.span_id),
        TraceFlags::SAMPLED,
        false,
        TraceState::default(),
    );
    SpanData {
        span_context: context,
        parent_span_id: span.parent_id.map_or(SpanId::INVALID, SpanId::from),
        parent_span_is_remote: span.parent_id.is_some(),
        span_kind: match span.kind {
            Kind::Server => SpanKind::Server,
            Kind::Consumer => SpanKind::Consumer,
        },
        name: span.name,
        start_time: span.started,
        // A clock that was set back meanwhile must not give a span that ends before it begins.
        end_time: SystemTime::now().max(span.started),
        attributes: span.attributes.into_iter().map(|(name, value)| KeyValue::new(name, value)).collect(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: span.error.map_or(Status::Unset, |code| Status::Error { description: code }),
        instrumentation_scope: InstrumentationScope::builder("ctap").build(),
    }
}
