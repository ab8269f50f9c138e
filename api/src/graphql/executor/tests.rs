use async_graphql::{EmptyMutation, Object, Subscription};
use futures_util::Stream;
use sea_orm::DbErr;

use super::super::began::NoteBegin;
use super::*;

struct Query;

#[Object]
impl Query {
    async fn panics(&self, always: Option<bool>) -> i32 {
        assert!(always == Some(false), "a secret");
        1
    }

    async fn fails(&self) -> Result<i32, DbErr> {
        Err(DbErr::Custom("a secret".into()))
    }

    async fn works(&self) -> i32 {
        1
    }

    async fn hangs(&self) -> i32 {
        std::future::pending().await
    }
}

struct Changes;

#[Subscription]
impl Changes {
    async fn panics(&self) -> impl Stream<Item = i32> {
        futures_util::stream::iter(0..2).map(|n| if n == 0 { n } else { panic!("a secret") })
    }

    async fn hangs(&self) -> impl Stream<Item = i32> {
        futures_util::stream::pending()
    }
}

fn patient(patience: Duration) -> Guarded<async_graphql::Schema<Query, EmptyMutation, Changes>> {
    let schema = async_graphql::Schema::build(Query, EmptyMutation, Changes).extension(NoteBegin { most_points: 10 });
    Guarded::new(schema.finish(), Guard::default(), None, patience, Metrics::default())
}

fn guarded() -> Guarded<async_graphql::Schema<Query, EmptyMutation, Changes>> {
    patient(Duration::from_secs(1))
}

fn request(query: &str) -> Request {
    let id = uuid::Uuid::nil();
    let caller = Caller { tenant_id: id, user_id: id, request_id: Some("r-1".into()), ..Caller::default() };
    Request::new(query).data(caller)
}

fn admitted(query: &str) -> Admitted {
    guarded().admit(request(query)).unwrap_or_else(|answered| panic!("{answered:?}"))
}

fn text(response: &Response) -> String {
    let text = serde_json::to_string(response).expect("json");
    assert!(!text.contains("secret"), "{text}");
    text
}

const INTERNAL: &str = r#""extensions":{"code":"INTERNAL","requestId":"r-1"}"#;

#[tokio::test]
async fn a_panic_and_a_fault_are_answered_without_their_text_and_with_the_requests_id() {
    for (query, outcome) in [("{ panics }", Outcome::Refused(Code::Internal)), ("{ fails }", Outcome::Executed)] {
        let answered = guarded().run(admitted(query)).await;
        assert!(text(&answered.response).contains(INTERNAL), "{query}: {answered:?}");
        assert_eq!(answered.outcome, outcome, "{query}");
    }
    assert_eq!(
        text(&guarded().run(admitted("{ works }")).await.response),
        "{\"data\":{\"works\":1},\"extensions\":{\"cost\":1}}"
    );
}

#[tokio::test]
async fn a_panic_in_a_stream_is_its_last_answer() {
    let responses: Vec<_> = guarded().stream(admitted("subscription { panics }"), None).collect().await;
    let texts: Vec<_> = responses.iter().map(text).collect();
    assert_eq!((texts.len(), texts[0].as_str()), (2, "{\"data\":{\"panics\":0}}"));
    assert!(texts[1].contains(INTERNAL));
}

#[tokio::test(start_paused = true)]
async fn a_query_of_a_stream_is_given_up_in_time_and_a_subscription_is_not() {
    let hour = Duration::from_secs(3_600);
    for (query, patience) in [("{ hangs }", hour / 2), ("subscription { hangs }", Duration::ZERO)] {
        let held = Arc::new(());
        let admitted = admitted(query).holding(Arc::clone(&held));
        let kept = Arc::strong_count(&held) == 2;
        let mut answers = patient(patience).stream(admitted, None);
        let answer = timeout(hour, answers.next()).await;
        assert_eq!((kept, answer.is_ok()), (query == "{ hangs }", query == "{ hangs }"), "{query}");
        assert_eq!(Arc::strong_count(&held), 1, "{query}: nothing is kept any more");
        if let Ok(answer) = answer {
            assert!(text(&answer.expect("an answer")).contains(r#""code":"UNAVAILABLE","requestId":"r-1""#));
            assert!(answers.next().await.is_none(), "and no other");
        }
    }
}

#[tokio::test]
async fn how_far_a_request_came_is_told_apart() {
    let ten = "a: works b: works c: works d: works e: works f: works g: works h: works i: works j: works k: works";
    for (query, outcome) in [
        ("{ works }".to_owned(), Outcome::Executed),
        // A field that fails leaves no data, but it was executed.
        ("{ fails }".to_owned(), Outcome::Executed),
        ("{ nonsense }".to_owned(), Outcome::Invalid),
        ("{ works(x: 1) }".to_owned(), Outcome::Invalid),
        (format!("{{ {ten} }}"), Outcome::Refused(Code::QueryTooComplex)),
    ] {
        let answered = guarded().run(admitted(&query)).await;
        assert_eq!(answered.outcome, outcome, "{query}: {:?}", answered.response.errors);
    }
    for (query, outcome) in [
        ("{".to_owned(), Outcome::Invalid),
        ("query($v: Int!) { works }".to_owned(), Outcome::Invalid),
        ("{ ...f } fragment f on Query { ...f }".to_owned(), Outcome::Refused(Code::GraphqlValidationFailed)),
        ("query A { works } query B { works }".to_owned(), Outcome::Refused(Code::BadUserInput)),
        ("{a".repeat(60), Outcome::Refused(Code::QueryTooDeep)),
    ] {
        let rejected = guarded().admit(request(&query)).err().expect("rejected");
        assert_eq!(rejected.outcome, outcome, "{query}");
    }
}
