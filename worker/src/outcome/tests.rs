use serde_json::json;

use super::*;

#[test]
fn a_result_is_kept_up_to_its_limit() {
    let largest = Value::from("x".repeat(MAX_RESULT_BYTES - 2));
    assert_eq!(End::of(Outcome::Done(largest.clone()), 1), End::Complete { result: largest, bytes: MAX_RESULT_BYTES });
    let End::Fail { code, for_good: true, .. } = End::of(Outcome::Done("x".repeat(MAX_RESULT_BYTES - 1).into()), 1) else {
        panic!("accepted")
    };
    assert_eq!(code, "RESULT_TOO_LARGE");
    assert!(matches!(End::of(Outcome::Done(json!(null)), 1), End::Complete { bytes: 4, .. }));
}

#[test]
fn a_handlers_text_is_cut_and_cleaned() {
    let message = format!("a\0b{}", "y".repeat(10_000_000));
    let End::Fail { code, message, for_good, .. } = End::of(Outcome::Fail { code: "C\0".into(), message }, 1) else {
        panic!("no failure")
    };
    assert!(for_good);
    assert_eq!(code, "C\u{fffd}");
    assert!(message.starts_with("a\u{fffd}b") && message.len() <= MAX_MESSAGE_BYTES);
}

#[test]
fn a_panic_says_its_text_if_it_has_one() {
    let text_of = |payload: Box<dyn Any + Send>| match End::panicked(1, &*payload) {
        End::Fail { code, message, for_good: false, .. } if code == "HANDLER_PANICKED" => message,
        other => panic!("{other:?}"),
    };
    assert_eq!(text_of(Box::new("static")), "static");
    assert_eq!(text_of(Box::new(String::from("made"))), "made");
    assert_eq!(text_of(Box::new(7)), "the handler panicked");
}

#[test]
fn a_retry_waits_at_least_as_long_as_asked() {
    let after = Some(Duration::from_secs(90));
    let End::Fail { retry_in, for_good: false, .. } =
        End::of(Outcome::Retry { code: "X".into(), message: String::new(), after }, 1)
    else {
        panic!("no retry")
    };
    assert_eq!(retry_in, Duration::from_secs(90));
}

#[test]
fn a_result_of_any_depth_is_answered() {
    let nested = |levels: usize| (0..levels).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    assert!(matches!(End::of(Outcome::Done(nested(MAX_RESULT_DEPTH)), 1), End::Complete { .. }));
    for levels in [MAX_RESULT_DEPTH + 1, 1_000_000] {
        let End::Fail { code, for_good: true, .. } = End::of(Outcome::Done(nested(levels)), 1) else { panic!("accepted") };
        assert_eq!(code, "RESULT_TOO_DEEP");
    }
}
