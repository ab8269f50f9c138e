//! Which cursors resume a stream, and which are refused.

use api::cursor::Scope;
use chrono::{Duration, Utc};
use domain::feed::{self, Position};
use domain::ids;
use serde_json::{Value, json};
use testkit::echo;

use super::Socket;
use crate::graphql::data;
use crate::support::TestApi;

const FOLLOW: &str =
    "subscription($filter: TaskFilter, $after: Cursor) { taskUpdated(filter: $filter, after: $after) { cursor version } }";
const WATCH: &str = "subscription($id: ID, $after: Cursor) { taskUpdated(id: $id, after: $after) { cursor version } }";

async fn code(api: &TestApi, tenant: &testkit::Tenant, query: &str, variables: Value) -> String {
    let mut socket = Socket::connect(api, tenant).await;
    socket.subscribe("1", query, variables).await;
    socket.failure("1").await
}

#[tokio::test]
async fn a_cursor_of_another_filter_task_or_tenant_is_refused() {
    let api = TestApi::start().await;
    let (acme, other) = (api.db.tenant("acme").await, api.db.tenant("other").await);
    let (a, b) = (api.db.submit(&acme, echo(1)).await.id, api.db.submit(&acme, echo(1)).await.id);
    let list =
        data(&api, &acme, "{ tasks(filter: {kind: {eq: \"echo\"}}) { liveCursor pageInfo { endCursor } } }", json!({})).await;
    let (live, page) = (&list["tasks"]["liveCursor"], &list["tasks"]["pageInfo"]["endCursor"]);
    let mut socket = Socket::connect(&api, &acme).await;
    socket.subscribe("1", WATCH, json!({"id": a})).await;
    let version = socket.change("1").await["cursor"].clone();
    for (tenant, query, variables) in [
        (&acme, FOLLOW, json!({"filter": {}, "after": live})),
        (&acme, FOLLOW, json!({"filter": {"kind": {"eq": "sleep"}}, "after": live})),
        (&other, FOLLOW, json!({"filter": {"kind": {"eq": "echo"}}, "after": live})),
        (&acme, FOLLOW, json!({"filter": {"kind": {"eq": "echo"}}, "after": page})),
        (&acme, FOLLOW, json!({"filter": {"kind": {"eq": "echo"}}, "after": version})),
        (&acme, FOLLOW, json!({"filter": {}, "after": "junk"})),
        (&acme, WATCH, json!({"id": b, "after": version})),
        (&acme, WATCH, json!({"id": a, "after": live})),
        (&acme, WATCH, json!({"id": a, "after": ""})),
    ] {
        assert_eq!(code(&api, tenant, query, variables.clone()).await, "INVALID_CURSOR", "{variables}");
    }
}

#[tokio::test]
async fn what_is_too_old_or_of_another_life_of_the_database_is_expired() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let id = api.db.submit(&acme, echo(1)).await.id;
    let cluster = feed::cluster(&api.db.api).await.unwrap();
    let now = feed::horizon(&api.db.api).await.unwrap();
    let position = |hours| Position { xid: now.xmin - 1, id: ids::floor(Utc::now()), since: now.at - Duration::hours(hours) };
    let all = Scope::new(acme.id, "taskUpdated.filter", &json!([null, null, null, null, null, null, null]));
    let one = Scope::new(acme.id, "taskUpdated.id", &json!(id));
    let ahead = Position { xid: now.xmax + 1_000_000, ..position(0) };
    for (query, variables) in [
        (FOLLOW, json!({"filter": {}, "after": all.feed(cluster, &position(25))})),
        (FOLLOW, json!({"filter": {}, "after": all.feed(cluster + 1, &position(0))})),
        (FOLLOW, json!({"filter": {}, "after": all.feed(cluster, &ahead)})),
        (WATCH, json!({"id": id, "after": one.version(cluster + 1, 1)})),
        (WATCH, json!({"id": id, "after": one.version(cluster, 2)})),
    ] {
        assert_eq!(code(&api, &acme, query, variables.clone()).await, "CURSOR_EXPIRED", "{variables}");
    }
    // The other side of the line: 23 hours ago.
    let mut socket = Socket::connect(&api, &acme).await;
    let old = Position { xid: 1, ..position(23) };
    socket.subscribe("1", FOLLOW, json!({"filter": {}, "after": all.feed(cluster, &old)})).await;
    assert_eq!(socket.change("1").await["version"], 1);
}
