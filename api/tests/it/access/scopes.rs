//! Each operation asks for its scope and for no other, and what has no rule is refused.

use api::access::{FIELDS, Needs, ROUTES};
use domain::access::{Scope, Scopes};
use serde_json::{Value, json};
use testkit::Tenant;

use super::operations::{Contract, Operation, of_rest};
use super::{ask, codes};
use crate::support::TestApi;

const NOBODYS: &str = "01930000-0000-7000-8000-000000000000";

async fn sent(api: &TestApi, tenant: &Tenant, operation: &Operation) -> Value {
    if operation.root == "Subscription" {
        // The stream of a task that is not there ends at once.
        let body = json!({"query": operation.document});
        let request = api.request(tenant, reqwest::Method::POST, "/graphql").header("accept", "text/event-stream");
        return Value::String(request.json(&body).send().await.unwrap().text().await.unwrap());
    }
    ask(api, tenant, &operation.document, json!({})).await
}

fn is_forbidden(answer: &Value) -> bool {
    answer.as_str().is_some_and(|text| text.contains("FORBIDDEN")) || codes(answer).contains(&"FORBIDDEN".to_owned())
}

/// Credentials for everything but one scope, and for that scope alone.
async fn with_and_without(api: &TestApi, scope: Scope) -> (Tenant, Tenant) {
    let tenant = if scope == Scope::Platform { "platform" } else { "acme" };
    let all = if scope == Scope::Platform { Scopes::ALL } else { Scopes::TENANT };
    let without: Scopes = all.iter().filter(|other| *other != scope).collect();
    let with: Scopes = [scope].into_iter().collect();
    (api.db.key(tenant, "with", with).await, api.db.key(tenant, "without", without).await)
}

#[tokio::test]
async fn every_field_of_the_roots_asks_for_its_scope_alone() {
    let api = TestApi::start().await;
    let anybody = api.db.tenant("acme").await;
    let operations = Contract::read(&api, &anybody).await.operations(NOBODYS);
    let rule = |operation: &Operation| {
        let found = FIELDS.iter().find(|(root, name, _)| *root == operation.root && *name == operation.name);
        found.unwrap_or_else(|| panic!("{} {} has no scope: give it one in access/rules.rs", operation.root, operation.name)).2
    };
    for scope in Scope::ALL {
        let (with, without) = with_and_without(&api, *scope).await;
        for operation in operations.iter().filter(|operation| rule(operation) == Needs::Scope(*scope)) {
            let refused = sent(&api, &without, operation).await;
            assert!(is_forbidden(&refused), "{operation:?} without {scope:?}: {refused}");
            let root_field = |answer: &Value| {
                let errors = answer["errors"].as_array().cloned().unwrap_or_default();
                let own = errors.iter().filter(|error| error["path"].as_array().is_some_and(|path| path.len() == 1));
                own.filter(|error| error["extensions"]["code"] == "FORBIDDEN").count()
            };
            let allowed = sent(&api, &with, operation).await;
            let is_refused = allowed.as_str().map_or(root_field(&allowed) > 0, |text| text.contains("FORBIDDEN"));
            assert!(!is_refused, "{operation:?} with {scope:?} alone: {allowed}");
        }
    }
    // Valid credentials that are for nothing here.
    let workless = api.db.key("acme", "workless", [Scope::TasksWork].into_iter().collect()).await;
    for operation in &operations {
        let answer = sent(&api, &workless, operation).await;
        match rule(operation) {
            Needs::Credentials => assert!(!is_forbidden(&answer) || operation.name == "node", "{operation:?}: {answer}"),
            Needs::Scope(_) => assert!(is_forbidden(&answer), "{operation:?}: {answer}"),
        }
    }
    let gone: Vec<_> = FIELDS
        .iter()
        .filter(|(root, name, _)| ["Query", "Mutation", "Subscription"].contains(root) && !known(&operations, root, name))
        .collect();
    assert!(gone.is_empty(), "rules of fields that are gone: {gone:?}");
}

fn known(operations: &[Operation], root: &str, name: &str) -> bool {
    operations.iter().any(|operation| operation.root == root && operation.name == name)
}

#[tokio::test]
async fn every_route_of_the_description_asks_for_its_scope_alone() {
    let api = TestApi::start().await;
    let operations = of_rest(&api, NOBODYS).await;
    assert_eq!(operations.len(), ROUTES.len(), "rules and description: {operations:?}");
    for operation in operations {
        let rule = ROUTES.iter().find(|(method, path, _)| *method == operation.method.as_str() && *path == operation.template);
        let Some((.., Needs::Scope(scope))) = rule else { panic!("{operation:?} has no scope: give it one in access/rules.rs") };
        let (with, without) = with_and_without(&api, *scope).await;
        let send = async |tenant: &Tenant| {
            let request = api.request(tenant, operation.method.clone(), &operation.path);
            let request = if operation.method == "POST" { request.json(&json!({"kind": "echo", "payload": 1})) } else { request };
            request.send().await.unwrap()
        };
        let refused = send(&without).await;
        assert_eq!(refused.status(), 403, "{operation:?}");
        let problem: Value = refused.json().await.unwrap();
        assert_eq!(problem["code"], "FORBIDDEN");
        assert!(problem["detail"].as_str().unwrap().contains(scope.as_str()), "{problem}");
        assert_ne!(send(&with).await.status(), 403, "{operation:?}");
    }
}

#[tokio::test]
async fn what_hangs_below_a_task_or_a_row_asks_for_its_own_scope() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let task = api.submit(&acme).await["id"].as_str().unwrap().to_owned();
    let reader = api.db.key("acme", "reader", [Scope::TasksRead].into_iter().collect()).await;
    let auditor = api.db.key("acme", "auditor", [Scope::AuditRead].into_iter().collect()).await;
    let trail = "query($id: ID!) { task(by: {id: $id}) { status auditLogs(first: 1) { edges { node { action } } } } }";
    assert_eq!(codes(&ask(&api, &reader, trail, json!({"id": task})).await), ["FORBIDDEN"]);
    let rows = "{ auditLogs(first: 1) { edges { node { action task { status } } } } }";
    assert_eq!(codes(&ask(&api, &auditor, rows, json!({})).await), ["FORBIDDEN"]);
    let rows = "{ auditLogs(first: 1) { edges { node { id action origin { address } } } } }";
    let answer = ask(&api, &auditor, rows, json!({})).await;
    let row = &answer["data"]["auditLogs"]["edges"][0]["node"]["id"];
    assert!(row.is_string() && codes(&answer).is_empty(), "{answer}");
    let node = "query($id: ID!) { node(id: $id) { __typename } }";
    assert_eq!(codes(&ask(&api, &reader, node, json!({"id": row})).await), ["FORBIDDEN"]);
    assert_eq!(ask(&api, &auditor, node, json!({"id": row})).await["data"]["node"]["__typename"], "AuditLog");
}
