//! Which trace something belongs to: [W3C Trace Context](https://www.w3.org/TR/trace-context/), level 1.
//!
//! A request's context is stored with the task that it submits, so that what a worker says and does about the task belongs
//! to the trace of the submission.

use std::fmt;
use std::str::FromStr;

/// `00-<trace>-<span>-<flags>`: the length of a `traceparent` of version 00.
const LENGTH: usize = 55;
const SAMPLED: u8 = 0x01;

/// A span's place: its trace, and itself. No id is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: u128,
    span_id: u64,
    sampled: bool,
}

/// A text that is no `traceparent` of version 00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no W3C traceparent of version 00")]
pub struct NoTraceParent;

impl TraceContext {
    /// The first span of a new trace.
    #[must_use]
    pub fn root(sampled: bool) -> TraceContext {
        TraceContext { trace_id: rand::random::<u128>().max(1), span_id: random_span(), sampled }
    }

    /// Another span of the same trace; this one is its parent.
    #[must_use]
    pub fn child(self) -> TraceContext {
        TraceContext { span_id: random_span(), ..self }
    }

    /// Reads `X-Cloud-Trace-Context`: `<trace, 32 hex>/<span, decimal>;o=<0 or 1>`, span and options optional. `None` is
    /// what is malformed, or names no span that could be a parent.
    #[must_use]
    pub fn from_cloud_header(text: &str) -> Option<TraceContext> {
        let (ids, options) = text.split_once(';').unwrap_or((text, ""));
        let (trace, span) = ids.split_once('/')?;
        let context = TraceContext {
            trace_id: u128::from_str_radix(hex(trace, 32)?, 16).ok()?,
            span_id: span.parse().ok()?,
            sampled: options == "o=1",
        };
        context.is_valid().then_some(context)
    }

    /// The trace, as 16 bytes' number.
    #[must_use]
    pub fn trace(self) -> u128 {
        self.trace_id
    }

    /// The span, as 8 bytes' number.
    #[must_use]
    pub fn span(self) -> u64 {
        self.span_id
    }

    /// The trace, as 32 hex digits.
    #[must_use]
    pub fn trace_id(self) -> String {
        format!("{:032x}", self.trace_id)
    }

    /// The span, as 16 hex digits.
    #[must_use]
    pub fn span_id(self) -> String {
        format!("{:016x}", self.span_id)
    }

    /// Whether whoever began the trace wants it to be recorded.
    #[must_use]
    pub fn is_sampled(self) -> bool {
        self.sampled
    }

    fn is_valid(self) -> bool {
        self.trace_id != 0 && self.span_id != 0
    }
}

impl fmt::Display for TraceContext {
    /// As `traceparent`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace_id, self.span_id, u8::from(self.sampled))
    }
}

impl FromStr for TraceContext {
    type Err = NoTraceParent;

    /// Reads a `traceparent`.
    fn from_str(text: &str) -> Result<TraceContext, NoTraceParent> {
        read(text).filter(|context| context.is_valid()).ok_or(NoTraceParent)
    }
}

fn read(text: &str) -> Option<TraceContext> {
    let rest = text.strip_prefix("00-").filter(|_| text.len() == LENGTH)?;
    let mut parts = rest.split('-');
    let (trace, span, flags) = (hex(parts.next()?, 32)?, hex(parts.next()?, 16)?, hex(parts.next()?, 2)?);
    Some(TraceContext {
        trace_id: u128::from_str_radix(trace, 16).ok()?,
        span_id: u64::from_str_radix(span, 16).ok()?,
        sampled: u8::from_str_radix(flags, 16).ok()? & SAMPLED != 0,
    })
}

/// The standard allows lower case alone.
fn hex(text: &str, digits: usize) -> Option<&str> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (text.len() == digits && text.bytes().all(is_digit)).then_some(text)
}

fn random_span() -> u64 {
    rand::random::<u64>().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_is_read_and_written() {
        let context: TraceContext = GOOD.parse().unwrap();
        assert_eq!(context.to_string(), GOOD);
        assert_eq!((context.trace_id().as_str(), context.span_id().as_str()), (&GOOD[3..35], &GOOD[36..52]));
        assert!(context.is_sampled());
        // Flags that are not known are not passed on.
        let text = GOOD.replace("-01", "-fe");
        assert_eq!(text.parse::<TraceContext>().unwrap().to_string(), GOOD.replace("-01", "-00"));
    }

    #[test]
    fn what_is_no_traceparent_is_refused() {
        for bad in [
            "",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e47361-0f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-+1",
        ] {
            assert_eq!(bad.parse::<TraceContext>(), Err(NoTraceParent), "{bad}");
        }
    }

    #[test]
    fn the_older_header_of_google_is_read() {
        let read = |text: &str| TraceContext::from_cloud_header(text).map(|context| context.to_string());
        assert_eq!(read("4bf92f3577b34da6a3ce929d0e0e4736/67667974448284343;o=1").as_deref(), Some(GOOD));
        assert_eq!(read("4bf92f3577b34da6a3ce929d0e0e4736/67667974448284343"), Some(GOOD.replace("-01", "-00")));
        for bad in ["", "4bf92f3577b34da6a3ce929d0e0e4736", "x/1;o=1", "4bf92f3577b34da6a3ce929d0e0e4736/0;o=1"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_child_stays_in_its_trace_and_a_root_begins_one() {
        let parent = TraceContext::root(true);
        let child = parent.child();
        assert_eq!((child.trace(), child.is_sampled()), (parent.trace(), true));
        assert_ne!(child.span(), parent.span());
        assert_ne!(TraceContext::root(false).trace(), parent.trace());
        assert_eq!(child.to_string().parse(), Ok(child));
    }
}
