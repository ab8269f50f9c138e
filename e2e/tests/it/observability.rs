//! What operators see of the real binaries: the log's contract, metrics, spans.

mod log;
mod metrics;
mod spans;
mod trail;
