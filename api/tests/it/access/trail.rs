//! What the trail says of those who come to the door.

use domain::access::{ApiKey, Scope};
use domain::audit::{self, Filter, PLATFORM_TENANT, Page};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::json;
use uuid::Uuid;

use super::{ask, codes};
use crate::support::TestApi;

/// The tenant's rows of an action: reason, target, key, how often.
pub(super) async fn rows(api: &TestApi, tenant_id: Uuid, action: &str) -> Vec<(String, String, String, u64)> {
    let page = Page { limit: 1_000, ..Page::default() };
    let rows = audit::list(&api.db.api, tenant_id, &Filter::default(), page).await.unwrap();
    let rows = rows.into_iter().filter(|row| row.action == action);
    rows.map(|row| {
        let count = row.detail.as_ref().and_then(|detail| detail["count"].as_u64()).unwrap_or_default();
        (row.reason.unwrap_or_default(), row.target.unwrap_or_default(), row.key_id.unwrap_or_default(), count)
    })
    .collect()
}

#[tokio::test]
async fn refused_credentials_are_in_the_trail_and_a_flood_of_them_is_a_few_rows() {
    let mut api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let revoked = api.db.tenant("acme").await;
    api.run(&format!("UPDATE api_keys SET revoked_at = now() WHERE id = '{}'", revoked.key_id)).await;
    let show = async |key: &str| {
        let answer = api.anonymous(Method::GET, "/v1/tasks").bearer_auth(key).send().await.unwrap();
        assert_eq!(answer.status(), 401);
    };
    for _ in 0..3 {
        show(&revoked.key).await;
    }
    for _ in 0..40 {
        show(ApiKey::generate("dev").secret().expose_secret()).await;
    }
    show("junk").await;
    // What is not written yet is written before the process ends.
    api.stopped().await;
    let of_acme = rows(&api, acme.id, "auth.failed").await;
    assert!(of_acme.iter().all(|(reason, _, key, _)| reason == "revoked" && *key == revoked.key_id), "{of_acme:?}");
    assert_eq!(of_acme.iter().map(|row| row.3).sum::<u64>(), 3);
    let of_nobody = rows(&api, PLATFORM_TENANT, "auth.failed").await;
    let count = |wanted: &str| of_nobody.iter().filter(|row| row.0 == wanted).map(|row| row.3).sum::<u64>();
    assert_eq!((count("unknown"), count("malformed")), (40, 1), "{of_nobody:?}");
    assert!(of_nobody.len() <= 6, "{of_nobody:?}");
}

#[tokio::test]
async fn what_was_denied_is_in_the_trail_with_who_asked_for_what() {
    let mut api = TestApi::start().await;
    let acme = api.db.key("acme", "reader", [Scope::TasksRead].into_iter().collect()).await;
    let theirs = api.submit(&api.db.tenant("other").await).await["id"].as_str().unwrap().to_owned();
    let cancel = "mutation($id: ID!) { cancelTask(input: {id: $id}) { userErrors { code } } }";
    assert_eq!(codes(&ask(&api, &acme, cancel, json!({"id": theirs})).await), ["FORBIDDEN"]);
    assert_eq!(api.get(&acme, &format!("/v1/tasks/{theirs}")).await.status(), 404);
    api.stopped().await;
    let rows = rows(&api, acme.id, "auth.denied").await;
    let has = |reason: &str, target: &str| rows.iter().any(|row| row.0 == reason && row.1 == target && row.2 == acme.key_id);
    assert!(has("scope", "Mutation cancelTask"), "{rows:?}");
    assert!(has("not_found", &format!("task:{theirs}")), "{rows:?}");
}

#[tokio::test]
async fn reading_the_trail_is_in_the_trail_once_for_each_request() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let task = api.submit(&acme).await["id"].as_str().unwrap().to_owned();
    let reads = async || rows(&api, acme.id, "audit.read").await;
    assert!(reads().await.is_empty());
    assert_eq!(api.get(&acme, &format!("/v1/tasks/{task}/audit")).await.status(), 200);
    assert_eq!(reads().await.iter().map(|row| row.1.as_str()).collect::<Vec<_>>(), [format!("task:{task}")]);
    let both = "{ a: auditLogs(first: 5) { edges { node { id } } }
        tasks(first: 5) { edges { node { auditLogs(first: 1) { edges { node { id } } } } } } }";
    assert!(codes(&ask(&api, &acme, both, json!({})).await).is_empty());
    assert_eq!(reads().await.len(), 2);
    // What is only listed without its trail is not.
    assert!(codes(&ask(&api, &acme, "{ tasks { edges { node { id } } } }", json!({})).await).is_empty());
    assert_eq!(reads().await.len(), 2);
    // The rows of a task are those of its life alone.
    assert_eq!(api.db.actions(&acme, task.parse().unwrap()).await, ["task.created"]);
}
