//! The layer between `tracing` and the output: it remembers the fields of spans and writes one line per event.

use std::io::Write as _;

use chrono::Utc;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::fields::Fields;
use super::render::{self, Line};

/// Spans of these are not merged into lines: they carry statements, and every query opens several.
const FOREIGN_SPANS: [&str; 2] = ["sea_orm", "sqlx"];

enum Look {
    Json { project: Option<String> },
    Text { colour: bool },
}

/// Writes every event as one line, with one write, so that lines of several threads do not mix.
pub(super) struct LogLayer<W> {
    service: &'static str,
    look: Look,
    writer: W,
}

impl<W> LogLayer<W> {
    /// With a `project`, lines name their traces as its Cloud Trace does.
    pub(super) fn json(service: &'static str, project: Option<String>, writer: W) -> LogLayer<W> {
        LogLayer { service, look: Look::Json { project }, writer }
    }

    pub(super) fn text(service: &'static str, colour: bool, writer: W) -> LogLayer<W> {
        LogLayer { service, look: Look::Text { colour }, writer }
    }
}

impl<S, W> Layer<S> for LogLayer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if FOREIGN_SPANS.iter().any(|prefix| attributes.metadata().target().starts_with(prefix)) {
            return;
        }
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(of_span) = span.extensions().get::<Fields>() {
                fields.values.extend(of_span.values.clone());
                // The line's message is the event's; a span may call a field of its own so.
                fields.values.extend(of_span.message.clone().map(|text| ("field.message".to_owned(), text.into())));
            }
        }
        event.record(&mut fields);
        let metadata = event.metadata();
        let line = Line { service: self.service, time: Utc::now(), metadata, fields };
        let text = match &self.look {
            Look::Json { project } => render::json(line, project.as_deref()),
            Look::Text { colour } => render::text(&line, *colour),
        };
        // With the output gone there is nobody left to tell.
        let _ = self.writer.make_writer_for(metadata).write_all(text.as_bytes());
    }
}

#[cfg(test)]
mod tests;
