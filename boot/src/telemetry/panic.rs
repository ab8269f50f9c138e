//! Panics as log lines. A panic in a handler or in a request is caught by whoever runs it; the line says where it was.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;

/// Replaces the default hook, which writes several bare lines. Unwinding goes on afterwards as before.
pub(super) fn log_panics() {
    std::panic::set_hook(Box::new(log));
}

fn log(info: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    let payload = info.payload_as_str().unwrap_or("a panic without text");
    // Captured only when RUST_BACKTRACE asks for it.
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        tracing::error!(target: "panic", thread, location, stack_trace = %backtrace, "panicked: {payload}");
    } else {
        tracing::error!(target: "panic", thread, location, "panicked: {payload}");
    }
}
