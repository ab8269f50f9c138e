//! `POST /v1/tasks/{id}/cancel` and `.../retry`.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use testkit::Tenant;
use uuid::Uuid;

use crate::support::{TestApi, id_of, pointers, problem};
use crate::worker::Worker;

struct Operator<'a> {
    api: &'a TestApi,
    tenant: &'a Tenant,
    task: Uuid,
}

impl Operator<'_> {
    async fn does(&self, what: &str) -> Response {
        self.request(what).send().await.unwrap()
    }

    fn request(&self, what: &str) -> reqwest::RequestBuilder {
        self.api.request(self.tenant, Method::POST, &format!("/v1/tasks/{}/{what}", self.task))
    }
}

#[tokio::test]
async fn a_task_is_called_off_and_given_a_new_life() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let task = api.submit(&acme).await;
    let operator = Operator { api: &api, tenant: &acme, task: id_of(&task) };
    let path = format!("/v1/tasks/{}", id_of(&task));

    let cancelled = operator.request("cancel").json(&json!({"reason": "wrong customer"})).send().await.unwrap();
    assert_eq!(cancelled.status(), 200);
    assert_eq!(cancelled.headers()["content-location"], path.as_str());
    assert_eq!(cancelled.headers()["cache-control"], "no-store");
    let tag = cancelled.headers()["etag"].clone();
    let body: Value = cancelled.json().await.unwrap();
    assert_eq!((&body["status"], &body["version"]), (&json!("cancelled"), &json!(2)));
    let read = api.get(&acme, &path).await;
    assert_eq!(read.headers()["etag"], tag);
    assert_eq!(read.json::<Value>().await.unwrap(), body);

    // No body, and a type that nobody asked for.
    let retried = operator.request("retry").header("content-type", "text/plain").send().await.unwrap();
    assert_eq!(retried.status(), 200);
    for what in ["cancel", "retry"] {
        assert_eq!(operator.request(what).json(&Value::Null).send().await.unwrap().status(), 200);
    }
    let body: Value = retried.json().await.unwrap();
    assert_eq!((&body["status"], &body["attempt"]), (&json!("pending"), &json!(0)));

    let trail: Value = api.get(&acme, &format!("{path}/audit")).await.json().await.unwrap();
    let rows = trail["items"].as_array().unwrap();
    let told: Vec<_> = rows[..3].iter().map(|row| (row["action"].as_str().unwrap(), row["reason"].as_str())).collect();
    assert_eq!(told, [("task.created", None), ("task.cancelled", Some("wrong customer")), ("task.retried", None)]);
    api.db.assert_invariants().await;
}

#[tokio::test]
async fn what_has_ended_or_never_did_is_a_conflict() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let operator = Operator { api: &api, tenant: &acme, task: id_of(&api.submit(&acme).await) };
    let refused = problem(operator.does("retry").await, 409, "TASK_STATE_CONFLICT").await;
    assert_eq!(refused["taskStatus"], "pending");
    let worker = Worker::start(&api.db, &acme);
    worker.complete(&worker.claim_one().await).await;
    let refused = problem(operator.does("cancel").await, 409, "TASK_STATE_CONFLICT").await;
    assert_eq!(refused["taskStatus"], "done");
    // With a version that was not meant either, the state decides.
    let refused = operator.request("cancel").header("if-match", "\"1\"").send().await.unwrap();
    problem(refused, 409, "TASK_STATE_CONFLICT").await;
}

#[tokio::test]
async fn only_the_version_that_is_meant_is_changed() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let operator = Operator { api: &api, tenant: &acme, task: id_of(&api.submit(&acme).await) };
    let cancel = async |tags: &str| operator.request("cancel").header("if-match", tags).send().await.unwrap();
    for other in ["\"2\"", "W/\"1\"", "1", "\"x\"", ""] {
        problem(cancel(other).await, 412, "PRECONDITION_FAILED").await;
    }
    assert_eq!(api.db.actions(&acme, operator.task).await, ["task.created"]);
    assert_eq!(cancel("\"7\", \"1\"").await.status(), 200);
    let retried = operator.request("retry").header("if-match", "*").send().await.unwrap();
    assert_eq!(retried.status(), 200);
    problem(operator.request("cancel").header("if-match", "\"1\"").send().await.unwrap(), 412, "PRECONDITION_FAILED").await;
    assert_eq!(api.db.actions(&acme, operator.task).await, ["task.created", "task.cancelled", "task.retried"]);
    api.db.assert_invariants().await;
}

#[tokio::test]
async fn a_body_that_is_wrong_changes_nothing() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let operator = Operator { api: &api, tenant: &acme, task: id_of(&api.submit(&acme).await) };
    for (body, pointer) in [
        (json!({"reason": ""}), "/reason"),
        (json!({"reason": "x".repeat(129)}), "/reason"),
        (json!({"reason": "a\u{0}"}), "/reason"),
        (json!({"reason": 7}), "/reason"),
        (json!({"why": "x"}), "/why"),
        (json!([]), ""),
    ] {
        for what in ["cancel", "retry"] {
            let refused = operator.request(what).json(&body).send().await.unwrap();
            assert_eq!(pointers(&problem(refused, 400, "BAD_USER_INPUT").await), [pointer], "{body}");
        }
    }
    let typed = operator.request("cancel").header("content-type", "text/plain").body("{}").send().await.unwrap();
    problem(typed, 415, "UNSUPPORTED_MEDIA_TYPE").await;
    assert_eq!(api.db.actions(&acme, operator.task).await, ["task.created"]);
}

#[tokio::test]
async fn another_tenants_task_is_not_there() {
    let api = TestApi::start().await;
    let (acme, other) = (api.db.tenant("acme").await, api.db.tenant("other").await);
    let task = id_of(&api.submit(&acme).await);
    for what in ["cancel", "retry"] {
        for id in [task, Uuid::now_v7()] {
            let operator = Operator { api: &api, tenant: &other, task: id };
            problem(operator.does(what).await, 404, "NOT_FOUND").await;
        }
    }
    assert_eq!(api.db.actions(&acme, task).await, ["task.created"]);
}
