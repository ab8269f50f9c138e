//! Lists that take long: what they may take, and what is left for others.

use futures_util::future::join_all;
use reqwest::Method;
use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait};
use serde_json::{Value, json};
use testkit::{Tenant, until};

use crate::graphql::failure;
use crate::support::TestApi;

/// Makes every list of running tasks wait; nothing else reads or writes leases in these tests.
async fn stuck(api: &TestApi) -> DatabaseTransaction {
    let tx = api.db.owner.begin().await.unwrap();
    tx.execute_unprepared("LOCK TABLE leases IN ACCESS EXCLUSIVE MODE").await.unwrap();
    tx
}

/// One request for as many lists as there may be in one.
fn greedy() -> String {
    let fields: String = (0..20).map(|i| format!("a{i}: tasks(filter: {{status: {{eq: RUNNING}}}}) {{ liveCursor }} ")).collect();
    format!("{{ {fields} }}")
}

/// The codes of a request's errors; it may have none.
async fn codes(api: &TestApi, tenant: &Tenant, query: &str) -> Vec<String> {
    let answer: Value = api.post(tenant, "/graphql", &json!({"query": query})).await.json().await.unwrap();
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap().to_owned()).collect()
}

/// Waits until so many lists wait in the database, and checks that no more come to it and that writes pass meanwhile.
async fn only_so_many_wait(api: &TestApi, tenant: &Tenant, count: usize) {
    until("lists wait", async || (api.waiting_for_locks().await >= count).then_some(())).await;
    for _ in 0..3 {
        api.submit(tenant).await;
        let waiting = api.waiting_for_locks().await;
        assert!(waiting <= count, "{waiting}");
    }
}

#[tokio::test]
async fn one_request_takes_two_connections_for_its_lists_and_all_of_them_half_of_the_pool() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let query = greedy();
    let lock = stuck(&api).await;
    let one = codes(&api, &acme, &query);
    let check = async {
        only_so_many_wait(&api, &acme, 2).await;
        lock.rollback().await.unwrap();
    };
    // A list that had waited for too long before the lock was gone may say so; nothing else may be wrong.
    let (seen, ()) = tokio::join!(one, check);
    assert!(seen.iter().all(|code| code == "UNAVAILABLE"), "{seen:?}");

    let lock = stuck(&api).await;
    let many = join_all((0..4).map(|_| codes(&api, &acme, &query)));
    let check = async {
        only_so_many_wait(&api, &acme, 4).await;
        lock.rollback().await.unwrap();
    };
    let (seen, ()) = tokio::join!(many, check);
    assert!(seen.iter().flatten().all(|code| code == "UNAVAILABLE"), "{seen:?}");
}

#[tokio::test]
async fn a_list_that_takes_too_long_is_given_up_and_others_work() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    api.submit(&acme).await;
    // Slower than a list may be, quicker than any other statement may.
    api.run(
        "ALTER TABLE tasks RENAME TO tasks_away;
         CREATE VIEW tasks AS SELECT away.* FROM pg_sleep(8), tasks_away away;
         GRANT SELECT ON tasks TO ctap_api",
    )
    .await;
    let list = "{ tasks { edges { node { id } } } }";
    let path = "/v1/tasks";
    let (code, rest) = tokio::join!(failure(&api, &acme, list, json!({})), api.get(&acme, path));
    assert_eq!(code, "UNAVAILABLE");
    crate::support::problem(rest, 503, "UNAVAILABLE").await;
    api.run("DROP VIEW tasks; ALTER TABLE tasks_away RENAME TO tasks").await;
    // The connections are as they were, without the lists' limit and outside of any transaction.
    let read = join_all((0..16).map(|_| api.request(&acme, Method::GET, path).send())).await;
    assert!(read.iter().all(|answer| answer.as_ref().unwrap().status() == 200));
    api.submit(&acme).await;
}
