//! Every door that takes the id of a task: who asks for one that is not there for them is in the trail.

use domain::access::Scopes;
use reqwest::Method;
use serde_json::json;

use super::trail::rows;
use crate::support::TestApi;

/// What is knocked with.
enum Knock {
    /// A document; its variable is the id.
    Ask(&'static str),
    /// A method and a path.
    Call(Method, &'static str),
}

#[tokio::test]
async fn who_asks_for_a_task_that_is_not_there_for_them_is_in_the_trail_whatever_the_door() {
    use Knock::{Ask, Call};
    let mut api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let theirs = api.submit(&api.db.tenant("other").await).await["id"].as_str().unwrap().to_owned();
    let global = {
        use base64::Engine;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("Task:{theirs}"))
    };
    // The door, and how often it says that a task is not there.
    let doors = [
        (Ask("query($id: ID!) { task(by: {id: $id}) { id } }"), 1),
        (Ask("query($id: ID!) { node(id: $id) { id } }"), 1),
        (Ask("query($id: ID!) { nodes(ids: [$id, \"VGFzazp4\", $id]) { id } }"), 2),
        (Ask("subscription($id: ID!) { taskUpdated(id: $id) { version } }"), 1),
        (Ask("mutation($id: ID!) { cancelTask(input: {id: $id}) { userErrors { code } } }"), 1),
        (Ask("mutation($id: ID!) { retryTask(input: {id: $id}) { userErrors { code } } }"), 1),
        (Call(Method::GET, ""), 1),
        (Call(Method::GET, "/audit"), 1),
        (Call(Method::POST, "/cancel"), 1),
        (Call(Method::POST, "/retry"), 1),
        // A name of the tenant's own: it can mean nothing of anybody else's.
        (Ask("query($id: String!) { task(by: {reference: $id}) { id } }"), 0),
    ];
    let mut keys = Vec::new();
    for (n, (knock, count)) in doors.into_iter().enumerate() {
        // Each by a user of its own, so that no two are put together.
        let user = api.db.key("acme", &format!("user-{n}"), Scopes::TENANT).await;
        let request = match &knock {
            Ask(document) => api
                .request(&user, Method::POST, "/graphql")
                .header("accept", if document.starts_with('s') { "text/event-stream" } else { "application/json" })
                .json(&json!({"query": document, "variables": {"id": global}})),
            Call(method, path) => api.request(&user, method.clone(), &format!("/v1/tasks/{theirs}{path}")),
        };
        let answer = request.send().await.unwrap().text().await.unwrap();
        let door = match knock {
            Ask(document) => document.to_owned(),
            Call(method, path) => format!("{method} {path}"),
        };
        assert!(!answer.contains("FORBIDDEN") && !answer.contains("BAD_USER_INPUT"), "{door}: {answer}");
        keys.push((user.key_id, door, count));
    }
    // What is not written yet is written before the process ends.
    api.stopped().await;
    let denied = rows(&api, acme.id, "auth.denied").await;
    let target = format!("task:{theirs}");
    for (key_id, door, count) in keys {
        let of_door: Vec<_> = denied.iter().filter(|row| row.2 == key_id).collect();
        assert!(of_door.iter().all(|row| row.0 == "not_found" && row.1 == target), "{door}: {of_door:?}");
        assert_eq!(of_door.iter().map(|row| row.3).sum::<u64>(), count, "{door}: {of_door:?}");
    }
}
