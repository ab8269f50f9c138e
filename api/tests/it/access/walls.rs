//! Every operation across the wall: another tenant's object answers exactly like one that does not exist, and nothing of it
//! changes.

use domain::access::Scopes;
use sea_orm::{ConnectionTrait, TryGetable};
use serde_json::{Value, json};
use testkit::{Tenant, new_task};

use super::ask;
use super::operations::{Contract, of_rest};
use crate::support::{TestApi, statement};

/// Stands in everything that is acme's.
const CANARY: &str = "acmecanary";

/// An answer without what differs from request to request.
fn still(mut answer: Value, ids: &[&str]) -> String {
    if let Value::Object(map) = &mut answer {
        for name in ["instance", "requestId"] {
            map.remove(name);
        }
    }
    let mut text = answer.to_string();
    for id in ids {
        text = text.replace(id, "ID");
    }
    text
}

/// Everything of acme that another tenant could change, as text. (What acme's own use leaves is left out.)
async fn everything(api: &TestApi, acme: &Tenant) -> Vec<String> {
    let mut all = Vec::new();
    for (table, columns) in [
        ("tasks", "t.*"),
        ("queues", "t.*"),
        ("users", "t.*"),
        ("api_keys", "id, expires_at, revoked_at, scopes"),
        ("audit_origins", "t.*"),
        ("audit_logs", "t.id"),
    ] {
        let sql = format!(
            "SELECT coalesce(string_agg(v::text, '|' ORDER BY v::text), '') FROM (SELECT {columns} FROM {table} t \
             WHERE tenant_id = '{}') v",
            acme.id
        );
        let row = api.db.owner.query_one_raw(statement(&sql)).await.unwrap().unwrap();
        all.push(format!("{table}: {}", String::try_get_by_index(&row, 0).unwrap()));
    }
    let sql = format!("SELECT t::text FROM tenants t WHERE id = '{}'", acme.id);
    let row = api.db.owner.query_one_raw(statement(&sql)).await.unwrap().unwrap();
    all.push(String::try_get_by_index(&row, 0).unwrap());
    all
}

/// Whatever of acme has an id, global and plain, with one of the same form that nothing has.
async fn ids(api: &TestApi, acme: &Tenant) -> Vec<(String, String)> {
    let new = new_task("echo", json!({"secret": CANARY}));
    let new = domain::task::NewTask { reference: Some(CANARY.into()), queue: Some(CANARY.into()), ..new };
    let task = api.db.submit(acme, new).await.id;
    let pause = "mutation($name: String!) { pauseQueue(input: {name: $name}) { queue { id } } }";
    let queue = ask(api, acme, pause, json!({"name": CANARY})).await;
    let queue = queue["data"]["pauseQueue"]["queue"]["id"].as_str().unwrap().to_owned();
    let look = "query($id: ID!) { viewer { user { id } tenant { id } }
        task(by: {id: $id}) { id auditLogs(first: 1) { edges { node { id } } } } apiKeys { id keyId } }";
    let found = ask(api, acme, look, json!({"id": task})).await["data"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let nobodys = uuid::Uuid::now_v7().to_string();
    let global = |name: &str, key: &str| {
        use base64::Engine;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("{name}:{key}"))
    };
    vec![
        (task.to_string(), nobodys.clone()),
        (text(&found["task"]["id"]), global("Task", &nobodys)),
        (text(&found["task"]["auditLogs"]["edges"][0]["node"]["id"]), global("AuditLog", &nobodys)),
        (queue, global("Queue", "nothing")),
        (text(&found["viewer"]["user"]["id"]), global("User", &nobodys)),
        (acme.user_id.to_string(), nobodys.clone()),
        (text(&found["viewer"]["tenant"]["id"]), global("Tenant", &nobodys)),
        (acme.id.to_string(), nobodys),
        (text(&found["apiKeys"][0]["id"]), global("ApiKey", "000000000000")),
        (acme.key_id.clone(), "000000000000".to_owned()),
    ]
}

#[tokio::test]
async fn no_operation_of_graphql_reaches_over_the_wall() {
    let api = TestApi::start().await;
    let acme = api.db.key("acme", CANARY, Scopes::TENANT).await;
    let ids = ids(&api, &acme).await;
    let spy = api.db.tenant("spy").await;
    let contract = Contract::read(&api, &spy).await;
    let before = everything(&api, &acme).await;
    for (theirs, nobodys) in &ids {
        let pairs = contract.operations(theirs).into_iter().zip(contract.operations(nobodys));
        for (over, beside) in pairs.filter(|(over, _)| over.names_something) {
            let mut seen = Vec::new();
            for operation in [&over, &beside] {
                let body = json!({"query": operation.document});
                let mut request = api.request(&spy, reqwest::Method::POST, "/graphql");
                if operation.root == "Subscription" {
                    request = request.header("accept", "text/event-stream");
                }
                let text = request.json(&body).send().await.unwrap().text().await.unwrap();
                assert!(!text.contains(CANARY), "{}: {text}", operation.document);
                let answer = serde_json::from_str(&text).unwrap_or(Value::String(text));
                // (The audit rows that the spy's own call wrote have ids of their own.)
                seen.push(still(answer, &[theirs, nobodys]));
            }
            assert_eq!(seen[0], seen[1], "{}", over.document);
        }
    }
    // What names nothing answers with the spy's own alone.
    for operation in contract.operations("nothing").iter().filter(|operation| !operation.names_something) {
        let answer = ask(&api, &spy, &operation.document, json!({})).await;
        assert!(!answer.to_string().contains(CANARY), "{}: {answer}", operation.document);
    }
    assert_eq!(everything(&api, &acme).await, before, "something of acme's was changed");
}

#[tokio::test]
async fn no_route_reaches_over_the_wall() {
    let api = TestApi::start().await;
    let acme = api.db.key("acme", CANARY, Scopes::TENANT).await;
    let new = new_task("echo", json!({"secret": CANARY}));
    let new = domain::task::NewTask { idempotency_key: Some("same".into()), reference: Some(CANARY.into()), ..new };
    let theirs = api.db.submit(&acme, new).await.id.to_string();
    let nobodys = uuid::Uuid::now_v7().to_string();
    let spy = api.db.tenant("spy").await;
    let before = everything(&api, &acme).await;
    let pairs = of_rest(&api, &theirs).await.into_iter().zip(of_rest(&api, &nobodys).await);
    for (over, beside) in pairs {
        let mut seen = Vec::new();
        for operation in [&over, &beside] {
            let mut request = api.request(&spy, operation.method.clone(), &operation.path);
            if operation.method == "POST" && operation.path == "/v1/tasks" {
                // The same idempotency key as acme's: it is the spy's own all the same.
                request = request.header("idempotency-key", "same").json(&json!({"kind": "echo", "payload": 1}));
            }
            let answer = request.send().await.unwrap();
            let status = answer.status();
            assert!(status.as_u16() == 404 || !operation.template.contains("{id}"), "{operation:?}: {status}");
            let text = answer.text().await.unwrap();
            assert!(!text.contains(CANARY) && !text.contains(&theirs), "{operation:?}: {text}");
            if operation.template.contains("{id}") {
                seen.push((status, still(serde_json::from_str(&text).unwrap(), &[])));
            }
        }
        assert!(seen.is_empty() || seen[0] == seen[1], "{over:?}: {seen:?}");
    }
    assert_eq!(everything(&api, &acme).await, before, "something of acme's was changed");
}
