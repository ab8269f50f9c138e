//! Logging: one JSON object per line on stdout in Cloud Logging's shape, or readable text on stderr at a terminal. Spans, when
//! a collector takes them.
//!
//! | variable | meaning |
//! |---|---|
//! | `LOG` | filter such as `info` or `info,worker=debug` (default `info`; libraries that talk much are held at `warn` unless named) |
//! | `LOG_FORMAT` | `json` or `text` (default: `text` when stdout or stderr is a terminal) |
//! | `GOOGLE_CLOUD_PROJECT` | the project in whose Cloud Trace a line's trace is (default: none, and lines have the trace's id alone) |
//! | `OTEL_EXPORTER_OTLP_ENDPOINT` | address of an OTLP collector that takes spans over HTTP, such as `http://localhost:4318` (default: none) |
//! | `OTEL_TRACES_SAMPLER_ARG` | which part of the traces that begin here is recorded, 0 to 1 (default 1; a trace that a client began is recorded as its `traceparent` says) |

mod fields;
mod layer;
mod panic;
mod redact;
mod render;
mod settings;
pub mod spans;

use std::io::IsTerminal;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub(crate) use self::fields::ErrorChain;
use self::layer::LogLayer;
use self::settings::Format;
pub use self::settings::Settings;

/// Sets up logging, the export of spans and the panic hook for this process; a second call changes nothing. Before a runtime
/// is there: the exporter has one of its own.
pub fn init_with(service: &'static str, settings: Settings) {
    let Settings { format, filter, project, collector } = settings;
    let registry = tracing_subscriber::registry().with(filter);
    let first = match format {
        Format::Json => registry.with(LogLayer::json(service, project, std::io::stdout)).try_init().is_ok(),
        Format::Text => {
            let colour = std::io::stderr().is_terminal();
            registry.with(LogLayer::text(service, colour, std::io::stderr)).try_init().is_ok()
        }
    };
    if first {
        panic::log_panics();
        if let Some(collector) = collector {
            spans::start(service, &collector);
        }
    }
}
