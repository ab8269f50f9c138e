//! The wall between tenants.

use domain::IdClock;
use serde_json::json;
use testkit::echo;

use super::Socket;
use crate::support::TestApi;
use crate::worker::Worker;

#[tokio::test]
async fn another_tenants_task_is_neither_watched_nor_followed() {
    let api = TestApi::start().await;
    let (acme, spy) = (api.db.tenant("acme").await, api.db.tenant("spy").await);
    let theirs = api.db.submit(&acme, echo(1)).await.id;
    let watch = "subscription($id: ID) { taskUpdated(id: $id) { version } }";
    let mut socket = Socket::connect(&api, &spy).await;
    let mut answers = Vec::new();
    for id in [theirs, IdClock::new().next()] {
        socket.subscribe("1", watch, json!({"id": id})).await;
        answers.push((socket.receive().await, socket.receive().await));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0["payload"]["errors"][0]["extensions"]["code"], "NOT_FOUND");

    let follow = "subscription($filter: TaskFilter) { taskUpdated(filter: $filter) { task { databaseId } } }";
    socket.subscribe("1", follow, json!({"filter": {}})).await;
    let mut own = Socket::connect(&api, &acme).await;
    own.subscribe("1", follow, json!({"filter": {}})).await;
    let worker = Worker::start(&api.db, &acme);
    // Their owner sees changes; then the spy would have seen them too.
    testkit::until("the owner's stream begins", async || {
        let create = "mutation { createTask(input: {kind: \"echo\", payload: 1}) { task { id } } }";
        crate::graphql::data(&api, &acme, create, json!({})).await;
        (!own.is_silent().await).then_some(())
    })
    .await;
    worker.complete(&worker.claim_one().await).await;
    own.change("1").await;
    assert!(socket.is_silent().await);
    let mine = api.db.submit(&spy, echo(1)).await.id;
    assert_eq!(socket.change("1").await["task"]["databaseId"], json!(mine));
}
