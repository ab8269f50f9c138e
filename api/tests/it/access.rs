//! Who may do what: scopes, walls, keys, limits, and what the trail says of it.

mod doors;
mod keys;
mod limits;
mod operations;
mod origins;
mod scopes;
mod tokens;
mod trail;
mod walls;

use domain::access::{Scope, Scopes};
use serde_json::{Value, json};
use testkit::Tenant;

use crate::support::TestApi;

/// The answer of a GraphQL operation, whatever it is.
async fn ask(api: &TestApi, tenant: &Tenant, query: &str, variables: Value) -> Value {
    let body = json!({"query": query, "variables": variables});
    api.post(tenant, "/graphql", &body).await.json().await.unwrap()
}

/// The codes of an answer's errors, of `userErrors` too.
fn codes(answer: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![answer];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                found.extend(map.get("code").and_then(Value::as_str).map(str::to_owned));
                open.extend(map.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found
}

/// A key of the platform's own tenant.
async fn platform(api: &TestApi) -> Tenant {
    api.db.key("platform", "root", [Scope::Platform, Scope::Admin, Scope::AuditRead].into_iter().collect::<Scopes>()).await
}
