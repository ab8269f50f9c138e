//! Another tenant's task looks exactly like one that does not exist.

use serde_json::Value;
use uuid::Uuid;

use crate::support::{TestApi, problem};

/// The problem without what differs from request to request.
fn without_request(mut problem: Value) -> Value {
    for name in ["instance", "requestId"] {
        problem.as_object_mut().unwrap().remove(name);
    }
    problem
}

#[tokio::test]
async fn another_tenants_task_is_not_there() {
    let api = TestApi::start().await;
    let (acme, other) = (api.db.tenant("acme").await, api.db.tenant("other").await);
    let theirs = api.submit(&acme).await["id"].as_str().unwrap().to_owned();
    let nobodys = Uuid::now_v7().to_string();
    for tail in ["", "/audit"] {
        let mut seen = Vec::new();
        for id in [&theirs, &nobodys] {
            let answer = api.get(&other, &format!("/v1/tasks/{id}{tail}")).await;
            assert_eq!(answer.headers().get("etag"), None);
            seen.push(without_request(problem(answer, 404, "NOT_FOUND").await));
        }
        assert_eq!(seen[0], seen[1]);
        assert!(!seen[0].to_string().contains(&theirs));
        assert_eq!(api.get(&acme, &format!("/v1/tasks/{theirs}{tail}")).await.status(), 200);
    }
}

#[tokio::test]
async fn a_cursor_of_another_tenant_opens_nothing() {
    let api = TestApi::start().await;
    let (acme, other) = (api.db.tenant("acme").await, api.db.tenant("other").await);
    let theirs = api.submit(&acme).await;
    api.cancel(&acme, &theirs).await;
    let path = format!("/v1/tasks/{}/audit?limit=1", theirs["id"].as_str().unwrap());
    let page: Value = api.get(&acme, &path).await.json().await.unwrap();
    let cursor = page["next"].as_str().unwrap();
    let mine = api.submit(&other).await;
    let path = format!("/v1/tasks/{}/audit?cursor={cursor}", mine["id"].as_str().unwrap());
    problem(api.get(&other, &path).await, 400, "INVALID_CURSOR").await;
}
