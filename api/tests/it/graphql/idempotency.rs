//! A submission that comes twice.

use serde_json::{Value, json};

use super::data;
use crate::support::TestApi;

const CREATE: &str = "mutation($input: CreateTaskInput!) { createTask(input: $input) {
    task { id } auditLogIds userErrors { field code } } }";

#[tokio::test]
async fn a_key_finds_the_first_task_and_guards_it_against_another_request() {
    let api = TestApi::start().await;
    let (acme, other) = (api.db.tenant("acme").await, api.db.tenant("other").await);
    let input = json!({"kind": "echo", "payload": {"a": 1}, "idempotencyKey": "k", "reference": "r"});
    let first = data(&api, &acme, CREATE, json!({"input": input})).await["createTask"].clone();
    let again = data(&api, &acme, CREATE, json!({"input": input})).await["createTask"].clone();
    assert_eq!((&again["task"], &again["auditLogIds"]), (&first["task"], &json!([])));

    let mut changed = input.clone();
    changed["payload"] = json!({"a": 2});
    let refused = data(&api, &acme, CREATE, json!({"input": changed})).await["createTask"].clone();
    assert_eq!(refused["userErrors"], json!([{"field": ["input", "idempotencyKey"], "code": "IDEMPOTENCY_KEY_REUSED"}]));
    changed["idempotencyKey"] = Value::Null;
    let refused = data(&api, &acme, CREATE, json!({"input": changed})).await["createTask"].clone();
    assert_eq!(refused["userErrors"], json!([{"field": ["input", "reference"], "code": "REFERENCE_TAKEN"}]));

    // Keys and references are a tenant's own.
    let elsewhere = data(&api, &other, CREATE, json!({"input": input})).await["createTask"].clone();
    assert_eq!(elsewhere["userErrors"], json!([]));
    assert_ne!(elsewhere["task"], first["task"]);
}
