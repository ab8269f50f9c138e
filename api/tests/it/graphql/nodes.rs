//! Objects by their names: global id, reference, and who asks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::task::NewTask;
use serde_json::{Value, json};
use testkit::echo;

use super::{data, execute, failure};
use crate::support::TestApi;

const NODE: &str = "query($id: ID!) { node(id: $id) { __typename id ... on Task { kind } ... on AuditLog { action }
    ... on Tenant { name } ... on User { name databaseId } } }";

#[tokio::test]
async fn whatever_has_a_global_id_is_found_by_it() {
    let api = TestApi::start().await;
    let (acme, spy) = (api.db.tenant("acme").await, api.db.tenant("spy").await);
    api.db.submit(&acme, echo(1)).await;
    let seen = data(
        &api,
        &acme,
        "{ viewer { keyId tenant { id name } user { id name } } tasks { edges { node { id auditLogs { edges { node { id } } } } } } }",
        json!({}),
    )
    .await;
    assert_eq!(seen["viewer"]["keyId"], acme.key_id);
    assert_eq!(seen["viewer"]["tenant"]["name"], "acme");
    assert_eq!(seen["viewer"]["user"]["name"], "acme-user");
    let task = &seen["tasks"]["edges"][0]["node"];
    let (tenant, user) = (&seen["viewer"]["tenant"]["id"], &seen["viewer"]["user"]["id"]);
    let row = &task["auditLogs"]["edges"][0]["node"];
    let mut ids = Vec::new();
    for (id, expected) in [
        (&task["id"], json!({"__typename": "Task", "kind": "echo"})),
        (&row["id"], json!({"__typename": "AuditLog", "action": "TASK_CREATED"})),
        (tenant, json!({"__typename": "Tenant", "name": "acme"})),
        (user, json!({"__typename": "User", "name": "acme-user", "databaseId": acme.user_id})),
    ] {
        let node = data(&api, &acme, NODE, json!({"id": id})).await["node"].clone();
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(node[name], *value, "{node}");
        }
        assert_eq!(node["id"], *id);
        // For another tenant it is not there.
        assert_eq!(data(&api, &spy, NODE, json!({"id": id})).await, json!({"node": null}));
        ids.push(id.clone());
    }
    let text = |text: &str| json!(URL_SAFE_NO_PAD.encode(text));
    let nothing = "0192f0c4-1111-7222-8333-444455556666";
    for id in [
        json!(""),
        json!("x"),
        json!("\u{0}"),
        json!(nothing),
        json!("x".repeat(100_000)),
        text("Task"),
        text("Task:"),
        text("Task:x"),
        text(&format!("Task:{nothing}")),
        text(&format!("AuditLog:{nothing}")),
        text(&format!("Tenant:{nothing}")),
        text(&format!("User:{nothing}")),
        text(&format!("Query:{nothing}")),
        text(&format!("Task:{{{nothing}}}")),
    ] {
        assert_eq!(data(&api, &acme, NODE, json!({"id": id})).await, json!({"node": null}), "{id}");
        ids.push(id);
    }
    // In the order of the ids, one of them twice.
    ids.rotate_left(2);
    ids.push(task["id"].clone());
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let found = data(&api, &acme, query, json!({"ids": ids})).await["nodes"].clone();
    let known = [&task["id"], &row["id"], tenant, user];
    let expected: Value = ids.iter().map(|id| if known.contains(&id) { json!({"id": id}) } else { Value::Null }).collect();
    assert_eq!(found, expected);
    assert_eq!(data(&api, &acme, query, json!({"ids": []})).await, json!({"nodes": []}));
    assert_eq!(failure(&api, &acme, query, json!({"ids": vec![task["id"].clone(); 101]})).await, "BAD_USER_INPUT");
}

#[tokio::test]
async fn a_task_is_found_by_exactly_one_of_its_names() {
    let api = TestApi::start().await;
    let (acme, spy) = (api.db.tenant("acme").await, api.db.tenant("spy").await);
    let reference = "order 7; DROP TABLE tasks; --";
    let id = api.db.submit(&acme, NewTask { reference: Some(reference.into()), ..echo(1) }).await.id;
    let query = "query($by: TaskBy!) { task(by: $by) { databaseId } }";
    for by in [json!({"id": id}), json!({"reference": reference})] {
        assert_eq!(data(&api, &acme, query, json!({"by": by})).await, json!({"task": {"databaseId": id}}));
        assert_eq!(data(&api, &spy, query, json!({"by": by})).await, json!({"task": null}));
    }
    assert_eq!(data(&api, &acme, query, json!({"by": {"reference": "order%"}})).await, json!({"task": null}));
    for by in [
        json!({}),
        json!({"id": null}),
        json!({"id": id, "reference": reference}),
        json!({"id": id, "reference": null}),
        json!({"id": "x"}),
        json!({"reference": "a\u{0}b"}),
        json!({"reference": "x".repeat(256)}),
    ] {
        let (_, answer) = execute(&api, &acme, query, json!({"by": by})).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
        assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&code), "{by}: {answer}");
    }
}
