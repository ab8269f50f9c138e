//! The wall between tenants: what is another's looks exactly like what does not exist.

use domain::IdClock;
use serde_json::json;
use testkit::echo;

use super::{data, execute};
use crate::support::TestApi;

#[tokio::test]
async fn another_tenants_task_is_not_there() {
    let api = TestApi::start().await;
    let (acme, spy) = (api.db.tenant("acme").await, api.db.tenant("spy").await);
    let theirs = api.db.submit(&acme, domain::task::NewTask { reference: Some("r".into()), ..echo(1) }).await.id;
    let nothing = IdClock::new().next();
    for query in [
        "query($id: ID!) { task(by: {id: $id}) { id } }",
        "query($id: ID!) { task(by: {id: $id}) { auditLogs { edges { node { action } } } } }",
        "query($id: ID!) { auditLogs(filter: {taskId: {eq: $id}}) { edges { node { id } } pageInfo { hasNextPage } } }",
        "mutation($id: ID!) { cancelTask(input: {id: $id}) { task { id } auditLogIds userErrors { field message code } } }",
        "mutation($id: ID!) { retryTask(input: {id: $id}) { task { id } auditLogIds userErrors { field message code } } }",
    ] {
        let seen = execute(&api, &spy, query, json!({"id": theirs})).await;
        assert_eq!(seen, execute(&api, &spy, query, json!({"id": nothing})).await, "{query}");
        assert!(!seen.1.to_string().contains(&theirs.to_string()), "{query}");
    }
    assert_eq!(api.db.task(&acme, theirs).await.version, 1);
    let mine =
        data(&api, &spy, "{ tasks { edges { node { id } } } auditLogs { edges { node { actor keyId } } } }", json!({})).await;
    assert_eq!(mine["tasks"]["edges"], json!([]));
    assert!(!mine.to_string().contains(&acme.key_id) && !mine.to_string().contains(&acme.user_id.to_string()));
}
