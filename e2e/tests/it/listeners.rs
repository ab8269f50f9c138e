//! Connections that LISTEN are killed again and again: every subscriber still sees every version.

use e2e::System;
use sea_orm::ConnectionTrait;
use serde_json::json;

/// Ends the backends that listen, and only those.
const KILL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ILIKE 'LISTEN %'";

#[tokio::test]
async fn subscribers_see_every_version_while_all_listeners_are_being_killed() {
    let system = System::start().await;
    let mut socket = system.client.socket().await;
    let query = "subscription($id: ID!) { taskUpdated(id: $id) { version task { status } } }";
    let mut watched = Vec::new();
    for n in 0..10 {
        let input = json!({"kind": "sleep", "payload": {"milliseconds": 20 * n}});
        let id = system.client.submit_with(input).await["id"].as_str().unwrap().to_owned();
        let subscription = socket.subscribe(query, json!({"id": id})).await;
        assert_eq!(socket.next(&subscription).await["taskUpdated"]["version"], 1);
        watched.push(subscription);
    }
    let _worker = system.worker().await;
    let mut killed = 0;
    for (n, subscription) in watched.iter().enumerate() {
        let row =
            system.db.owner.query_all_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, KILL)).await.unwrap();
        killed += row.len();
        for version in 2..=3 {
            assert_eq!(socket.next(subscription).await["taskUpdated"]["version"], version, "task {n}");
        }
    }
    assert!(killed >= 2, "the API's and the worker's listener were killed at least once");
    system.db.assert_invariants().await;
}
