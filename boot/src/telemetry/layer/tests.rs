use std::io;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tracing::{Level, debug, error, info, info_span, warn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

use super::*;

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn raw(make: impl FnOnce(Sink) -> tracing::Dispatch, act: impl FnOnce()) -> String {
    let sink = Sink::default();
    tracing::dispatcher::with_default(&make(sink.clone()), act);
    let bytes = sink.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

/// What `act` logs as JSON, each line parsed and checked against the form that every line has.
fn lines(act: impl FnOnce()) -> Vec<Value> {
    let text = raw(|sink| registry().with(LogLayer::json("worker", None, move || sink.clone())).into(), act);
    assert!(text.is_empty() || text.ends_with('\n'));
    let parse = |line: &str| {
        assert!(line.len() < 256 * 1024, "a line of {} bytes", line.len());
        let line: Value = serde_json::from_str(line).unwrap();
        let time = line["time"].as_str().unwrap();
        assert!(time.ends_with('Z') && time.len() == "2026-01-02T03:04:05.678901Z".len(), "{time}");
        assert!(chrono::DateTime::parse_from_rfc3339(time).is_ok());
        assert!(["DEBUG", "INFO", "WARNING", "ERROR"].contains(&line["severity"].as_str().unwrap()));
        assert_eq!(line["service"], "worker");
        assert!(line["message"].is_string() && line["target"].is_string());
        line
    };
    text.lines().map(parse).collect()
}

#[test]
fn an_event_is_one_flat_object() {
    let lines = lines(|| {
        info!(target: "worker::claim", count = 3, late = false, ratio = 0.5, queue = "default", "claimed {} tasks", 3);
        debug!("fine print");
        warn!(nan = f64::NAN, big = u64::MAX, "odd numbers");
        error!("broken");
    });
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0]["message"], "claimed 3 tasks");
    assert_eq!(lines[0]["target"], "worker::claim");
    for (key, value) in [("count", json!(3)), ("late", json!(false)), ("ratio", json!(0.5)), ("queue", json!("default"))] {
        assert_eq!(lines[0][key], value);
    }
    let severities: Vec<_> = lines.iter().map(|line| line["severity"].as_str().unwrap()).collect();
    assert_eq!(severities, ["INFO", "DEBUG", "WARNING", "ERROR"]);
    assert_eq!((&lines[2]["nan"], &lines[2]["big"]), (&json!("NaN"), &json!("18446744073709551615")));
}

#[test]
fn fields_of_the_spans_around_are_merged_and_inner_ones_win() {
    let lines = lines(|| {
        let request = info_span!("request", request_id = "r1", who = "outer", actor = tracing::field::Empty);
        let _request = request.enter();
        request.record("actor", "user:1");
        let _sql = info_span!(target: "sea_orm::query", "q", db.statement = "SELECT canary").entered();
        let _task = info_span!("task", task_id = %7, who = "inner", message = "of the span").entered();
        info!(attempt = 2, "started");
    });
    assert_eq!(lines.len(), 1);
    for (key, value) in [("request_id", "r1"), ("actor", "user:1"), ("task_id", "7"), ("who", "inner"), ("message", "started")] {
        assert_eq!(lines[0][key], value);
    }
    assert_eq!(lines[0]["field.message"], "of the span");
    assert!(lines[0].get("db.statement").is_none());
}

#[test]
fn a_field_with_a_reserved_name_does_not_break_the_line() {
    let lines = lines(|| info!(severity = "none", time = 5, service = true, target = "t", httpRequest = "x", "still fine"));
    assert_eq!(lines[0]["severity"], "INFO");
    assert_eq!(lines[0]["field.severity"], "none");
    assert_eq!(lines[0]["field.time"], 5);
    assert_eq!(lines[0]["field.service"], true);
    assert_eq!(lines[0]["field.target"], "t");
    assert_eq!(lines[0]["field.httpRequest"], "x");
}

#[test]
fn a_trace_is_where_cloud_logging_looks_for_it() {
    let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let act = || {
        let _request = info_span!("request", trace_id = trace, span_id = span, trace_sampled = true).entered();
        warn!("inside");
    };
    let one = |project: Option<&str>| -> Value {
        let project = project.map(str::to_owned);
        serde_json::from_str(&raw(|sink| registry().with(LogLayer::json("api", project, move || sink.clone())).into(), act))
            .unwrap()
    };
    let (with, without) = (one(Some("ctap-dev")), one(None));
    assert_eq!(with["logging.googleapis.com/trace"], format!("projects/ctap-dev/traces/{trace}"));
    assert_eq!(with["logging.googleapis.com/spanId"], span);
    assert_eq!(with["logging.googleapis.com/trace_sampled"], true);
    assert!(without.get("logging.googleapis.com/trace").is_none() && without.get("trace_sampled").is_none());
    assert_eq!((&with["trace_id"], &without["trace_id"]), (&json!(trace), &json!(trace)));
    let source = &with["logging.googleapis.com/sourceLocation"];
    assert!(source["file"].as_str().unwrap().ends_with("telemetry/layer/tests.rs") && source["line"].is_string(), "{source}");
}

#[test]
fn hostile_text_stays_in_one_line_below_the_limit() {
    let hostile = "\u{1b}[2J\r\n{\"severity\":\"EMERGENCY\"}\u{0}\u{7f}\u{202e}\u{2028}";
    let long = "\u{1}é".repeat(200_000);
    let lines = lines(|| {
        info!(value = hostile, "{hostile}");
        info!(a = %long, "{long}");
        info!(a = %long, b = %long, c = ?long, d = %long, e = %long, f = %long, "{long}");
    });
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[0]["value"], &lines[0]["message"]), (&json!(hostile), &json!(hostile)));
    assert!(lines[1]["a"].as_str().unwrap().ends_with("… [cut]"));
    assert!(lines[2]["cut"].is_string() && lines[2]["message"].as_str().unwrap().len() > 1_000);
}

#[test]
fn an_error_is_written_with_its_causes() {
    #[derive(Debug, thiserror::Error)]
    #[error("cannot claim")]
    struct Outer(#[source] io::Error);

    let outer = Outer(io::Error::other("connection reset"));
    let lines = lines(|| warn!(error = &outer as &dyn std::error::Error, "trying again"));
    assert_eq!(lines[0]["error"], "cannot claim: connection reset");
}

#[test]
fn secrets_do_not_reach_the_line() {
    let key = format!("ctap_dev_abcdefghijkl_canary{}", "S".repeat(43));
    let act = || {
        let _span = info_span!("request", authorization = "Basic canary").entered();
        info!(password = "canary", db.secret = ?"canary", "header Bearer canary-x");
        info!(given = %key, url = "postgres://u:canary@host/db", "with {key}");
    };
    let text = raw(|sink| registry().with(LogLayer::json("api", None, move || sink.clone())).into(), act);
    assert_eq!(text.lines().count(), 2);
    assert!(!text.contains("canary"), "{text}");
    assert!(text.contains("ctap_dev_abcdefghijkl_[redacted]"), "{text}");
}

#[test]
fn text_for_a_terminal_is_readable_and_cannot_steer_it() {
    let act = || {
        let _span = info_span!("task", task_id = 7).entered();
        info!(target: "worker", note = "two words", empty = "", "done\u{1b}[2J\nnext\u{202e}");
    };
    let plain = raw(|sink| registry().with(LogLayer::text("dev", false, move || sink.clone())).into(), act);
    let (_, rest) = plain.split_once(' ').unwrap();
    assert_eq!(rest, "INFO  worker: done\\u{1b}[2J\\nnext\\u{202e} empty=\"\" note=\"two words\" task_id=7\n");
    let colour = raw(|sink| registry().with(LogLayer::text("dev", true, move || sink.clone())).into(), act);
    assert!(colour.contains("\x1b[32mINFO \x1b[0m worker: "), "{colour:?}");
}

#[test]
fn a_panic_is_one_line_and_goes_on_unwinding() {
    super::super::panic::log_panics();
    let lines = lines(|| {
        assert!(std::panic::catch_unwind(|| panic!("first\nsecond")).is_err());
        tracing::event!(Level::INFO, "after");
    });
    let _ = std::panic::take_hook();
    let panics: Vec<_> = lines.iter().filter(|line| line["target"] == "panic").collect();
    assert_eq!(panics.len(), 1);
    assert_eq!(panics[0]["severity"], "ERROR");
    assert_eq!(panics[0]["message"], "panicked: first\nsecond");
    assert!(panics[0]["location"].as_str().unwrap().contains("tests.rs:"));
    assert_eq!(lines.last().unwrap()["message"], "after");
}
