//! Figures of a process as Prometheus reads them, on a port of their own: they are the operator's, not the client's.
//!
//! | variable | meaning |
//! |---|---|
//! | `METRICS_PORT` | where `GET /metrics` is answered, on `BIND_ADDRESS`; 0 takes any free port (default: nowhere) |
//!
//! Where nothing can scrape (Cloud Run), the log has a line of figures instead: `queue_stats`.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
pub use prometheus_client::registry::Registry;
use sea_orm::DatabaseConnection;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The text's media type: OpenMetrics 1.0, which Prometheus asks for.
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// What all names begin with.
const PREFIX: &str = "ctap";

/// Buckets of a duration in seconds, from half a millisecond to a minute.
const SECONDS: [f64; 15] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];

/// Durations, all in the same buckets.
#[must_use]
pub fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

/// Answers `GET /metrics` on `address`, if there is one, as long as what this answers is kept. `register` says what there is.
///
/// # Errors
/// The address cannot be listened on.
pub async fn start(address: Option<SocketAddr>, register: impl FnOnce(&mut Registry)) -> io::Result<JoinSet<()>> {
    let mut serving = JoinSet::new();
    let Some(address) = address else { return Ok(serving) };
    let tcp = TcpListener::bind(address).await?;
    tracing::info!(address = %tcp.local_addr()?, "metrics are served");
    let mut registry = Registry::with_prefix(PREFIX);
    register(&mut registry);
    let router = Router::new().route("/metrics", get(answer)).with_state(Arc::new(registry));
    serving.spawn(async move {
        if let Err(error) = axum::serve(tcp, router).await {
            tracing::error!(%error, "metrics are served no more");
        }
    });
    Ok(serving)
}

async fn answer(State(registry): State<Arc<Registry>>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => ([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The connections of a pool.
#[derive(Debug)]
pub struct Pool(pub DatabaseConnection);

impl Collector for Pool {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let pool = self.0.get_postgres_connection_pool();
        let (open, idle) = (pool.size(), u32::try_from(pool.num_idle()).unwrap_or(u32::MAX));
        for (name, help, value) in [
            ("pool_connections", "Open connections to the database", open),
            ("pool_connections_busy", "Connections to the database that somebody uses", open.saturating_sub(idle)),
            ("pool_connections_max", "Most connections to the database", pool.options().get_max_connections()),
        ] {
            gauge(&mut encoder, name, help, i64::from(value))?;
        }
        Ok(())
    }
}

/// Writes a gauge that is read at this moment.
///
/// # Errors
/// The text cannot be written.
pub fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: i64) -> Result<(), std::fmt::Error> {
    let gauge = ConstGauge::new(value);
    let encoder = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
    gauge.encode(encoder)
}

/// Writes a counter that is read at this moment.
///
/// # Errors
/// The text cannot be written.
pub fn counter(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> Result<(), std::fmt::Error> {
    let counter = ConstCounter::new(value);
    let encoder = encoder.encode_descriptor(name, help, None, counter.metric_type())?;
    counter.encode(encoder)
}

/// Writes counters that are read at this moment, one for each value of a label.
///
/// # Errors
/// The text cannot be written.
pub fn counters(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    label: &'static str,
    values: &[(&'static str, u64)],
) -> Result<(), std::fmt::Error> {
    let mut encoder = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (value, number) in values {
        let counter = ConstCounter::new(*number);
        counter.encode(encoder.encode_family(&[(label, *value)])?)?;
    }
    Ok(())
}

/// What [`counter`] says of the trail in both processes.
pub const AUDIT_FAILURES: &str = "Statements that failed because an audit row was refused";

/// A count as a gauge has it.
#[must_use]
pub fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
