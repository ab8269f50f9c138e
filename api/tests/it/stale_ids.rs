//! The database refuses ids that lie too far beside its clock.

use serde_json::json;

use crate::support::{TestApi, problem};

/// Refuses the first `count` writes of tasks as the schema refuses stale ids. (A sequence counts on when its transaction
/// is rolled back.)
async fn refuse(api: &TestApi, count: u32) {
    api.run(&format!(
        "DROP SEQUENCE IF EXISTS writes CASCADE; CREATE SEQUENCE writes;
         CREATE OR REPLACE FUNCTION refuse_writes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
         BEGIN
             IF nextval('public.writes') <= {count} THEN RAISE EXCEPTION 'stale id' USING ERRCODE = '40001'; END IF;
             RETURN NULL;
         END $$;
         CREATE OR REPLACE TRIGGER refuse_writes AFTER INSERT OR UPDATE ON tasks
             FOR EACH STATEMENT EXECUTE FUNCTION refuse_writes();"
    ))
    .await;
}

#[tokio::test]
async fn a_write_with_stale_ids_is_done_with_fresh_ones() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    refuse(&api, 1).await;
    let task = api.submit(&acme).await;
    for mutation in ["cancelTask", "retryTask"] {
        refuse(&api, 1).await;
        let query = format!("mutation($id: ID!) {{ {mutation}(input: {{id: $id}}) {{ auditLogIds userErrors {{ code }} }} }}");
        let done = crate::graphql::data(&api, &acme, &query, json!({"id": task["id"]})).await;
        assert_eq!(done[mutation]["auditLogIds"].as_array().unwrap().len(), 1, "{done}");
    }
    api.db.assert_invariants().await;
}

#[tokio::test]
async fn a_clock_that_stays_wrong_is_answered_as_unavailable() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    refuse(&api, 2).await;
    let body = json!({"kind": "echo", "payload": 1, "idempotencyKey": "k"});
    problem(api.post(&acme, "/v1/tasks", &body).await, 503, "UNAVAILABLE").await;
    // Nothing was written, and the same request may be repeated.
    assert_eq!(api.post(&acme, "/v1/tasks", &body).await.status(), 202);
    api.db.assert_invariants().await;
}
