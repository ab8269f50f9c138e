//! What a handler says, and what is made of it: bounded, cleaned, and with a date for the next attempt.

use std::any::Any;
use std::borrow::Cow;
use std::time::Duration;

use domain::text;
use serde_json::Value;

use crate::backoff;
use crate::holdings::StopReason;

/// How a handler's run ended. The worker owns everything that follows: backoff, attempts left, the trail.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Done; the value is the task's result, at most 128 KiB of JSON and 64 levels deep.
    Done(Value),
    /// Not now. Another attempt follows if one is left.
    Retry {
        /// Machine-readable, `UPPER_SNAKE`, at most 64 bytes.
        code: Cow<'static, str>,
        /// For people; cut at 2 KiB.
        message: String,
        /// Not before this has passed (at most an hour); the backoff may be longer.
        after: Option<Duration>,
    },
    /// Never. No attempt follows.
    Fail {
        /// As above.
        code: Cow<'static, str>,
        /// As above.
        message: String,
    },
}

/// What is reported about an attempt.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum End {
    /// With the result and its length as JSON.
    Complete { result: Value, bytes: usize },
    /// `retry_in` is of no meaning when `for_good`.
    Fail { code: String, message: String, for_good: bool, retry_in: Duration },
    /// Given back, with the reason.
    Release(&'static str),
    /// It was taken from us (cancelled or rescued): nothing to say.
    Silent,
}

const MAX_RESULT_BYTES: usize = 128 * 1024;
/// As deep as a payload may be; readers refuse JSON from 128 levels on.
const MAX_RESULT_DEPTH: usize = 64;
const MAX_MESSAGE_BYTES: usize = 2048;
const MAX_CODE_BYTES: usize = 64;

impl End {
    /// Of attempt number `attempt`.
    pub(crate) fn of(outcome: Outcome, attempt: i32) -> End {
        match outcome {
            Outcome::Done(result) => completed(result),
            Outcome::Retry { code, message, after } => retry(attempt, &code, &message, after),
            Outcome::Fail { code, message } => failed(&code, &message),
        }
    }

    pub(crate) fn timed_out(attempt: i32, limit: Duration) -> End {
        retry(attempt, "TIMEOUT", &format!("the attempt took longer than {} s", limit.as_secs()), None)
    }

    pub(crate) fn panicked(attempt: i32, payload: &(dyn Any + Send)) -> End {
        let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        retry(attempt, "HANDLER_PANICKED", text.unwrap_or("the handler panicked"), None)
    }

    pub(crate) fn stopped(reason: StopReason) -> End {
        match reason {
            StopReason::Lost => End::Silent,
            StopReason::LeaseUncertain => End::Release("LEASE_UNCERTAIN"),
            StopReason::Draining => End::Release("DRAINING"),
        }
    }

    /// For the log.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            End::Complete { .. } => "complete",
            End::Fail { for_good: true, .. } => "fail",
            End::Fail { .. } => "retry",
            End::Release(_) => "release",
            End::Silent => "lost",
        }
    }

    /// The code of a failure or of a release.
    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            End::Fail { code, .. } => Some(code),
            End::Release(reason) => Some(reason),
            End::Complete { .. } | End::Silent => None,
        }
    }

    /// The database cannot store this result, and would refuse it every time.
    pub(crate) fn not_storable() -> End {
        failed("RESULT_NOT_STORABLE", "the result cannot be stored as JSON")
    }
}

fn completed(result: Value) -> End {
    if !is_within_depth(&result, MAX_RESULT_DEPTH) {
        take_apart(result);
        return failed("RESULT_TOO_DEEP", &format!("the result is nested over {MAX_RESULT_DEPTH} levels deep"));
    }
    match text::stored_bytes(&result) {
        bytes if bytes <= MAX_RESULT_BYTES => End::Complete { result, bytes },
        _ => failed("RESULT_TOO_LARGE", &format!("the result is over {MAX_RESULT_BYTES} bytes of JSON")),
    }
}

fn failed(code: &str, message: &str) -> End {
    let (code, message) = cleaned(code, message);
    End::Fail { code, message, for_good: true, retry_in: Duration::ZERO }
}

fn retry(attempt: i32, code: &str, message: &str, after: Option<Duration>) -> End {
    let (code, message) = cleaned(code, message);
    let retry_in = backoff::before_retry(attempt, after, rand::random());
    End::Fail { code, message, for_good: false, retry_in }
}

fn cleaned(code: &str, message: &str) -> (String, String) {
    (text::clean(code, MAX_CODE_BYTES), text::clean(message, MAX_MESSAGE_BYTES))
}

/// Looks no deeper than `levels`: a value of any depth would else end the process by its stack.
fn is_within_depth(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| is_within_depth(item, levels - 1)),
        Value::Object(map) => levels > 0 && map.values().all(|item| is_within_depth(item, levels - 1)),
        _ => true,
    }
}

/// Drops a deep value without recursion, for the same reason.
fn take_apart(value: Value) {
    let mut rest = vec![value];
    while let Some(value) = rest.pop() {
        match value {
            Value::Array(items) => rest.extend(items),
            Value::Object(map) => rest.extend(map.into_iter().map(|(_, item)| item)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
