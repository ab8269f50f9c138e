//! The life of a key, over the API alone: made, used, rotated, taken back.

use domain::access::{Scope, Scopes};
use reqwest::Method;
use sea_orm::{ConnectionTrait, TryGetable};
use serde_json::{Value, json};
use testkit::Tenant;

use super::{ask, codes, platform};
use crate::subscription::Socket;
use crate::support::{TestApi, statement};

const CREATE: &str = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) {
    secret apiKey { id keyId name scopes live user { name } } auditLogIds userErrors { code field message } } }";

/// The same tenant with another key.
fn with_key(tenant: &Tenant, key: &Value) -> Tenant {
    Tenant { key: key.as_str().unwrap().to_owned(), ..tenant.clone() }
}

async fn status(api: &TestApi, tenant: &Tenant) -> u16 {
    api.get(tenant, "/v1/tasks").await.status().as_u16()
}

/// Waits until the key is refused.
async fn refused(api: &TestApi, tenant: &Tenant) {
    testkit::until("the key is refused", async || (status(api, tenant).await == 401).then_some(())).await;
}

#[tokio::test]
async fn a_key_is_made_used_rotated_and_taken_back() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let input = json!({"name": "ci", "scopes": ["TASKS_READ", "TASKS_WRITE"]});
    let made = ask(&api, &acme, CREATE, json!({"input": input})).await["data"]["createApiKey"].clone();
    assert_eq!(made["apiKey"]["scopes"], json!(["TASKS_READ", "TASKS_WRITE"]));
    assert_eq!((&made["apiKey"]["live"], &made["auditLogIds"].as_array().unwrap().len()), (&json!(true), &1));
    let first = with_key(&acme, &made["secret"]);
    assert_eq!(status(&api, &first).await, 200);
    let viewer = ask(&api, &first, "{ viewer { scopes keyId user { name } } }", json!({})).await;
    assert_eq!(viewer["data"]["viewer"]["keyId"], made["apiKey"]["keyId"]);

    let rotate = "mutation($id: ID!) { rotateApiKey(input: {id: $id, overlapSeconds: 600}) {
        secret apiKey { name scopes } oldApiKey { keyId live } userErrors { code } } }";
    let id = &made["apiKey"]["id"];
    let rotated = ask(&api, &acme, rotate, json!({"id": id})).await["data"]["rotateApiKey"].clone();
    let second = with_key(&acme, &rotated["secret"]);
    assert_eq!(rotated["apiKey"]["scopes"], json!(["TASKS_READ", "TASKS_WRITE"]));
    assert_eq!((status(&api, &first).await, status(&api, &second).await), (200, 200), "both work for a while");
    // Two are live: there is no third.
    let third = ask(&api, &acme, CREATE, json!({"input": input})).await;
    assert_eq!(codes(&third), ["ACCESS_CONFLICT"]);
    assert_eq!(codes(&ask(&api, &acme, rotate, json!({"id": id})).await), ["ACCESS_CONFLICT"]);

    let revoke =
        "mutation($id: ID!) { revokeApiKey(input: {id: $id}) { apiKey { live revokedAt } auditLogIds userErrors { code } } }";
    let revoked = ask(&api, &acme, revoke, json!({"id": id})).await["data"]["revokeApiKey"].clone();
    assert_eq!((&revoked["apiKey"]["live"], revoked["auditLogIds"].as_array().unwrap().len()), (&json!(false), 1));
    refused(&api, &first).await;
    assert_eq!(status(&api, &second).await, 200);
    let again = ask(&api, &acme, revoke, json!({"id": id})).await["data"]["revokeApiKey"].clone();
    assert_eq!(again["auditLogIds"], json!([]), "nothing was left to do");

    let keys = ask(&api, &acme, "{ apiKeys(ended: true) { keyId live lastUsedAt } }", json!({})).await;
    assert!(keys["data"]["apiKeys"].as_array().unwrap().len() >= 3, "{keys}");
    let trail = ask(&api, &acme, "{ auditLogs(first: 50) { edges { node { action target detail } } } }", json!({})).await;
    for action in ["KEY_CREATED", "KEY_ROTATED", "KEY_REVOKED", "AUDIT_READ"] {
        assert!(trail.to_string().contains(action), "{action}: {trail}");
    }
    for secret in [&first, &second, &acme] {
        assert!(!trail.to_string().contains(secret.key.rsplit('_').next().unwrap()), "a secret is in the trail");
    }
}

#[tokio::test]
async fn rules_of_keys_name_their_field() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    for (input, field) in [
        (json!({"name": "", "scopes": ["TASKS_READ"]}), "name"),
        (json!({"name": "x", "scopes": []}), "scopes"),
        (json!({"name": "x", "scopes": ["PLATFORM"]}), "scopes"),
        (json!({"name": "x", "scopes": ["TASKS_READ"], "expiresInDays": 0}), "lifetime"),
        (json!({"name": "x", "scopes": ["TASKS_READ"], "expiresInDays": 367}), "lifetime"),
    ] {
        let answer = ask(&api, &acme, CREATE, json!({"input": input})).await["data"]["createApiKey"].clone();
        assert_eq!(answer["userErrors"][0]["field"], json!(["input", field]), "{input}: {answer}");
        assert_eq!((&answer["secret"], &answer["apiKey"]), (&Value::Null, &Value::Null));
    }
}

#[tokio::test]
async fn what_is_no_keys_id_is_not_found() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    for operation in ["revokeApiKey", "rotateApiKey"] {
        let document = format!("mutation($id: ID!) {{ {operation}(input: {{id: $id}}) {{ userErrors {{ code }} }} }}");
        for id in ["", "Q}\u{0}'\u{8c}", "QXBpS2V5OgAA", &"x".repeat(10_000)] {
            assert_eq!(codes(&ask(&api, &acme, &document, json!({"id": id})).await), ["NOT_FOUND"], "{operation} {id:?}");
        }
    }
}

#[tokio::test]
async fn a_websocket_and_a_stream_end_when_their_key_is_taken_back_on_another_instance() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let doomed = api.db.key("acme", "doomed", Scopes::TENANT).await;
    let mut socket = Socket::connect(&api, &doomed).await;
    let other = Socket::connect(&api, &acme).await;
    let follow = json!({"query": "subscription { taskUpdated(filter: {}) { version } }"});
    let request = api.request(&doomed, Method::POST, "/graphql").header("accept", "text/event-stream").json(&follow);
    let stream = request.send().await.unwrap();
    // As another process does it: this one hears nothing of it.
    api.run(&format!("UPDATE api_keys SET revoked_at = now() WHERE id = '{}'", doomed.key_id)).await;
    assert_eq!(socket.closed_with_reason().await, (4403, "Forbidden".to_owned()));
    assert!(stream.text().await.unwrap().contains("UNAUTHENTICATED"));
    refused(&api, &doomed).await;
    assert_eq!(status(&api, &acme).await, 200);
    drop(other);
}

#[tokio::test]
async fn a_disabled_user_is_refused_everywhere_and_nobody_disables_themselves() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let create = "mutation { createUser(input: {name: \"bob\"}) { user { id name } userErrors { code field } } }";
    let bob = ask(&api, &acme, create, json!({})).await["data"]["createUser"]["user"]["id"].clone();
    assert_eq!(codes(&ask(&api, &acme, create, json!({})).await), ["NAME_TAKEN"]);
    let input = json!({"userId": bob, "name": "laptop", "scopes": ["TASKS_READ"]});
    let made = ask(&api, &acme, CREATE, json!({"input": input})).await["data"]["createApiKey"].clone();
    assert_eq!(made["apiKey"]["user"]["name"], "bob");
    let bobs = with_key(&acme, &made["secret"]);
    assert_eq!(status(&api, &bobs).await, 200);
    let disable = "mutation($id: ID!) { disableUser(input: {id: $id}) { user { disabledAt } userErrors { code } } }";
    assert_eq!(codes(&ask(&api, &acme, disable, json!({"id": acme.user_id})).await), ["ACCESS_CONFLICT"]);
    let disabled = ask(&api, &acme, disable, json!({"id": bob})).await;
    assert!(disabled["data"]["disableUser"]["user"]["disabledAt"].is_string(), "{disabled}");
    refused(&api, &bobs).await;
    assert_eq!(codes(&ask(&api, &acme, CREATE, json!({"input": input})).await), ["ACCESS_CONFLICT"]);
}

#[tokio::test]
async fn the_platform_makes_and_disables_tenants_and_sees_none_of_their_tasks() {
    let api = TestApi::start().await;
    let root = platform(&api).await;
    let create = "mutation { createTenant(input: {name: \"newco\", maxOpenTasks: 5}) {
        tenant { id name maxOpenTasks } secret userErrors { code } } }";
    let made = ask(&api, &root, create, json!({})).await["data"]["createTenant"].clone();
    assert_eq!(made["tenant"]["maxOpenTasks"], 5);
    assert_eq!(codes(&ask(&api, &root, create, json!({})).await), ["NAME_TAKEN"]);
    let newco = with_key(&root, &made["secret"]);
    assert_eq!(api.post(&newco, "/v1/tasks", &json!({"kind": "echo", "payload": 1})).await.status(), 202);
    assert_eq!(status(&api, &root).await, 403);
    let list = ask(&api, &root, "{ tenants(first: 10) { edges { node { name disabledAt } } } }", json!({})).await;
    assert!(list.to_string().contains("newco"), "{list}");
    // An administrator of a tenant sees no other, and cannot make one.
    assert_eq!(codes(&ask(&api, &newco, "{ tenants { edges { node { name } } } }", json!({})).await), ["FORBIDDEN"]);
    let disable = "mutation($id: ID!) { disableTenant(input: {id: $id}) { tenant { disabledAt } userErrors { code } } }";
    let id = &made["tenant"]["id"];
    let disabled = ask(&api, &root, disable, json!({"id": id})).await;
    assert!(disabled["data"]["disableTenant"]["tenant"]["disabledAt"].is_string(), "{disabled}");
    refused(&api, &newco).await;
    assert_eq!(codes(&ask(&api, &root, disable, json!({"id": domain::audit::PLATFORM_TENANT})).await), ["ACCESS_CONFLICT"]);
}

#[tokio::test]
async fn a_keys_last_use_is_noted() {
    let api = TestApi::start().await;
    let acme = api.db.key("acme", "ann", [Scope::TasksRead].into_iter().collect()).await;
    assert_eq!(status(&api, &acme).await, 200);
    let sql = format!("SELECT last_used_at IS NOT NULL FROM api_keys WHERE id = '{}'", acme.key_id);
    testkit::until("the use is noted", async || {
        let row = api.db.owner.query_one_raw(statement(&sql)).await.unwrap().unwrap();
        bool::try_get_by_index(&row, 0).unwrap().then_some(())
    })
    .await;
}
