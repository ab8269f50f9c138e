//! `Prefer: wait`: answers that come when there is something to tell.

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::{TestApi, id_of};
use crate::worker::Worker;

/// Longer than any of these tests takes, and shorter than what a client may ask for.
const LONG: &str = "wait=29";

fn patient(request: RequestBuilder) -> RequestBuilder {
    request.header("prefer", LONG)
}

/// Does something as soon as a request waits.
async fn meanwhile(api: &TestApi, request: RequestBuilder, act: impl Future<Output = ()>) -> Response {
    let acting = async {
        testkit::until("the request waits", async || (api.live.waits() > 0).then_some(())).await;
        act.await;
    };
    tokio::join!(request.send(), acting).0.unwrap()
}

#[tokio::test]
async fn a_submission_waits_for_the_end() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let worker = Worker::start(&api.db, &acme);
    let body = json!({"kind": "echo", "payload": 1, "idempotencyKey": "k"});
    let request = patient(api.request(&acme, Method::POST, "/v1/tasks").json(&body));
    let ended = meanwhile(&api, request, async {
        worker.complete(&worker.claim_one().await).await;
    })
    .await;
    assert_eq!(ended.status(), 201);
    assert_eq!(ended.headers()["preference-applied"], LONG);
    assert_eq!(ended.headers().get("retry-after"), None);
    let task: Value = ended.json().await.unwrap();
    assert_eq!((&task["status"], &task["result"]), (&json!("done"), &json!({"ok": true})));
    // A repeat finds it ended, and waits for nothing.
    let repeat = patient(api.request(&acme, Method::POST, "/v1/tasks").json(&body)).send().await.unwrap();
    assert_eq!(repeat.status(), 200);
    assert_eq!(repeat.json::<Value>().await.unwrap()["id"], task["id"]);
}

#[tokio::test]
async fn who_waits_in_vain_is_told_the_present_state() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let body = json!({"kind": "echo", "payload": 1});
    let asked = Instant::now();
    let request = api.request(&acme, Method::POST, "/v1/tasks").header("prefer", "wait=1").json(&body);
    let submitted = request.send().await.unwrap();
    assert!(asked.elapsed() >= Duration::from_secs(1));
    assert_eq!(submitted.status(), 202);
    let elapsed = asked.elapsed().as_secs_f64();
    assert_eq!(submitted.headers()["preference-applied"], "wait=1");
    let figures = api.figures();
    let sum = r#"operation_seconds_sum{transport="rest",operation="POST /v1/tasks"} "#;
    let seconds: f64 = figures.split(sum).nth(1).and_then(|rest| rest.lines().next()).unwrap().parse().unwrap();
    assert!(seconds <= elapsed - 1.0, "what the client asked to wait is not ours: {seconds} of {elapsed}");
    assert_eq!(submitted.headers()["retry-after"], "1");
    let path = submitted.headers()["location"].to_str().unwrap().to_owned();
    let tag = submitted.headers()["etag"].clone();
    let again = api.request(&acme, Method::GET, &path).header("prefer", "wait=1").header("if-none-match", tag);
    let unchanged = again.send().await.unwrap();
    assert_eq!(unchanged.status(), 304);
    assert_eq!(unchanged.headers()["preference-applied"], "wait=1");
    // Without a wait, or with none that we understand, nothing is promised.
    for prefer in ["wait=x", "respond-async", "return=minimal"] {
        let at_once = api.request(&acme, Method::GET, &path).header("prefer", prefer).send().await.unwrap();
        assert_eq!(at_once.headers().get("preference-applied"), None);
        assert_eq!(at_once.json::<Value>().await.unwrap()["status"], "pending");
    }
}

#[tokio::test]
async fn long_polling_sees_each_change_and_a_wait_without_a_tag_the_end() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let worker = Worker::start(&api.db, &acme);
    let path = format!("/v1/tasks/{}", id_of(&api.submit(&acme).await));
    let look = |tag: &str| patient(api.request(&acme, Method::GET, &path)).header("if-none-match", tag);

    let mut claimed = None;
    let started = meanwhile(&api, look("\"1\""), async { claimed = Some(worker.claim_one().await) }).await;
    assert_eq!((started.status().as_u16(), started.headers()["etag"].to_str().unwrap()), (200, "\"2\""));
    assert_eq!(started.json::<Value>().await.unwrap()["status"], "running");
    // What the client has is old already: there is nothing to wait for.
    assert_eq!(look("\"1\"").send().await.unwrap().headers()["etag"], "\"2\"");

    let claimed = claimed.unwrap();
    let to_the_end = patient(api.request(&acme, Method::GET, &path));
    let ended = meanwhile(&api, to_the_end, async { worker.complete(&claimed).await }).await;
    assert_eq!(ended.json::<Value>().await.unwrap()["status"], "done");
}

#[tokio::test]
async fn a_stop_ends_all_waiting_with_what_is_known() {
    let mut api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let path = format!("/v1/tasks/{}", id_of(&api.submit(&acme).await));
    let (client, url, key) = (api.client.clone(), api.url.clone(), acme.key.clone());
    let waiting =
        tokio::spawn(
            async move { client.get(format!("{url}{path}")).bearer_auth(key).header("prefer", LONG).send().await.unwrap() },
        );
    testkit::until("somebody waits", async || (api.live.waits() > 0).then_some(())).await;
    api.stopped().await;
    let answer = waiting.await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.json::<Value>().await.unwrap()["status"], "pending");
}
