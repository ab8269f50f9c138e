//! What is said of every attempt when it is over: a line in the log, figures, and a span where spans go somewhere.

use std::time::{Instant, SystemTime};

use boot::telemetry::spans::{self, Kind};
use domain::TraceContext;
use domain::task::ClaimedTask;
use tracing::Span;
use uuid::Uuid;

use crate::metrics::Metrics;
use crate::outcome::End;

/// An attempt that is under way.
pub(crate) struct Observed {
    metrics: Metrics,
    kind: &'static str,
    task_id: Uuid,
    attempt: i32,
    began: Instant,
    /// Its own span, below the submission's.
    trace: Option<TraceContext>,
    parent: Option<u64>,
    /// What the handler logs belongs here.
    pub(crate) span: Span,
}

impl Observed {
    /// Of a handler for `kind`. What the task's handler calls gets to see the attempt's own span as its parent.
    pub(crate) fn begin(metrics: Metrics, kind: &'static str, tenant_id: Uuid, task: &mut ClaimedTask) -> Observed {
        let submission: Option<TraceContext> = task.trace_context.as_deref().and_then(|text| text.parse().ok());
        let trace = submission.map(TraceContext::child);
        task.trace_context = trace.map(|trace| trace.to_string());
        let span = tracing::error_span!(
            "attempt",
            %tenant_id,
            task_id = %task.id,
            kind,
            attempt = task.attempt,
            trace_id = trace.map(TraceContext::trace_id),
            span_id = trace.map(TraceContext::span_id),
            trace_sampled = trace.map(TraceContext::is_sampled),
        );
        Observed {
            metrics,
            kind,
            task_id: task.id,
            attempt: task.attempt,
            began: Instant::now(),
            trace,
            parent: submission.map(TraceContext::span),
            span,
        }
    }

    /// It is over. What went well is a line for `debug`: there may be thousands in a second, and the trail has them all.
    pub(crate) fn end(self, end: &End) {
        let took = self.began.elapsed();
        let (name, code) = (end.name(), end.code());
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.metrics.attempt_ended(self.kind, name, took);
        self.span.in_scope(|| match end {
            End::Complete { .. } => {
                tracing::debug!(target: "worker::attempt", event = "attempt", outcome = name, duration_ms, "attempt ended");
            }
            _ => tracing::info!(target: "worker::attempt", event = "attempt", outcome = name, code, duration_ms, "attempt ended"),
        });
        if let Some(trace) = self.trace.filter(|trace| trace.is_sampled() && spans::are_exported()) {
            spans::export(spans::Span {
                name: format!("attempt {}", self.kind).into(),
                kind: Kind::Consumer,
                trace_id: trace.trace(),
                span_id: trace.span(),
                parent_id: self.parent,
                started: SystemTime::now() - took,
                error: code.map(|code| code.to_owned().into()),
                attributes: vec![
                    ("ctap.task.id", self.task_id.to_string()),
                    ("ctap.task.attempt", self.attempt.to_string()),
                    ("ctap.attempt.outcome", name.to_owned()),
                ],
            });
        }
    }
}
