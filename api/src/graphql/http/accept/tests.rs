use super::Accepted::{Answer, AnswerOrEvents, Events};
use super::Media::{GraphqlResponse, Json};
use super::*;

fn of(accept: &[&str]) -> Option<Accepted> {
    let mut headers = HeaderMap::new();
    for value in accept {
        headers.append(header::ACCEPT, value.parse().expect("a value"));
    }
    negotiate(&headers).ok()
}

#[test]
fn who_does_not_care_gets_json() {
    for accept in [
        &[][..],
        &["*/*"],
        &[""],
        &[" , "],
        &["application/*"],
        &["text/html, */*;q=0.8"],
        &["application/*;q=0.5, */*;q=0.1"],
        &["application/json, text/plain, */*"],
    ] {
        assert_eq!(of(accept), Some(Answer(Json)), "{accept:?}");
    }
}

#[test]
fn what_is_named_is_given_and_the_best_of_several() {
    for (accept, media) in [
        (&["application/json"][..], Json),
        (&["application/graphql-response+json"], GraphqlResponse),
        (&["Application/GraphQL-Response+JSON; charset=\"UTF-8\""], GraphqlResponse),
        (&["application/graphql-response+json, application/json;q=0.9"], GraphqlResponse),
        (&["application/graphql-response+json;q=0.5, application/json"], Json),
        (&["application/json, application/graphql-response+json"], GraphqlResponse),
        (&["application/json;q=0.2", "application/graphql-response+json;q=0.1"], Json),
        (&["application/graphql-response+json, */*"], GraphqlResponse),
        (&["application/graphql-response+json;q=0, */*"], Json),
        (&["application/json;charset=utf-16, application/graphql-response+json;q=0.1"], GraphqlResponse),
        (&["nonsense, application/graphql-response+json"], GraphqlResponse),
    ] {
        assert_eq!(of(accept), Some(Answer(media)), "{accept:?}");
    }
}

#[test]
fn events_go_to_who_prefers_them_and_to_subscriptions_of_who_takes_them() {
    for (accept, expected) in [
        ("text/event-stream", Events),
        ("text/event-stream, application/json;q=0.9", Events),
        ("application/json;q=0, text/event-stream;q=0.1", Events),
        ("application/json, text/event-stream", AnswerOrEvents(Json)),
        ("text/event-stream, */*", AnswerOrEvents(Json)),
        (
            "application/graphql-response+json, application/json, text/event-stream, multipart/mixed",
            AnswerOrEvents(GraphqlResponse),
        ),
        ("application/json, text/event-stream;q=0", Answer(Json)),
    ] {
        assert_eq!(of(&[accept]), Some(expected), "{accept}");
    }
}

#[test]
fn what_we_cannot_write_is_refused() {
    for accept in [
        "image/png",
        "application/json;q=0",
        "text/*",
        "*/*;q=0",
        "application/json;q=x",
        "application/json;q=2",
        "application/json;charset=utf-16",
        "json",
        "application/*+json",
    ] {
        assert_eq!(of(&[accept]), None, "{accept}");
    }
}

#[test]
fn a_quality_has_three_digits_at_most() {
    for (text, expected) in [("1", 1_000), ("1.000", 1_000), ("0", 0), ("0.5", 500), ("0.05", 50), ("0.123", 123), ("0.", 0)] {
        assert_eq!(thousandths(text), expected, "{text}");
    }
    for text in ["", ".5", "1.1", "2", "-1", "0.1234", "NaN", "+0.5", "0.5x"] {
        assert_eq!(thousandths(text), 0, "{text}");
    }
}
