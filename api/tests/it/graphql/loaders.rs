//! The number of statements of a request does not grow with its rows.

use std::sync::{Arc, Mutex};

use api::Config;
use serde_json::{Value, json};
use testkit::{Role, Tenant, TestDb, echo};

use super::data;
use crate::support::TestApi;
use crate::worker::Worker;

/// An API whose statements about tasks, the trail, tenants and users are written down; what authentication asks is not.
struct Counted {
    api: TestApi,
    statements: Arc<Mutex<Vec<String>>>,
}

impl Counted {
    async fn start() -> Counted {
        let db = TestDb::new().await;
        let mut pool = boot::pool::connect(&db.config(Role::Api, 8), "ctap-api").await.unwrap();
        let statements = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&statements);
        pool.set_metric_callback(move |info| {
            let sql = &info.statement.sql;
            if !sql.contains("secret_hash") && ["tasks", "audit_logs", "tenants", "users"].iter().any(|t| sql.contains(t)) {
                seen.lock().unwrap().push(sql.clone());
            }
        });
        Counted { api: TestApi::start_on(Config::default(), db, pool).await, statements }
    }

    /// The answer, and the statements it took.
    async fn query(&self, tenant: &Tenant, query: &str, variables: Value) -> (Value, Vec<String>) {
        self.statements.lock().unwrap().clear();
        let data = data(&self.api, tenant, query, variables).await;
        (data, std::mem::take(&mut *self.statements.lock().unwrap()))
    }
}

fn nodes(connection: &Value) -> Vec<&Value> {
    connection["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]).collect()
}

const TRAILS: &str = "query($first: Int) { tasks(first: $first) { edges { node { databaseId createdBy { name } idempotencyKey
    auditLogs(first: 2) { edges { cursor node { action task { databaseId status } } } pageInfo { hasNextPage } }
    newest: auditLogs(last: 1) { edges { node { action } } pageInfo { hasPreviousPage } } } } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trails_of_a_page_of_tasks_are_read_together() {
    let counted = Counted::start().await;
    let api = &counted.api;
    let acme = api.db.tenant("acme").await;
    let worker = Worker::start(&api.db, &acme);
    for n in 0..40 {
        api.db.submit(&acme, echo(n)).await;
    }
    worker.complete(&worker.claim_one().await).await;

    let (one, of_one) = counted.query(&acme, TRAILS, json!({"first": 1})).await;
    let (all, of_all) = counted.query(&acme, TRAILS, json!({"first": 40})).await;
    assert_eq!((nodes(&one["tasks"]).len(), nodes(&all["tasks"]).len()), (1, 40));
    // The list, who submitted its tasks, that the trail is read, the two trails of each, the tasks of their rows.
    assert_eq!((of_one.len(), of_all.len()), (6, 6), "{of_all:#?}");
    assert!(nodes(&all["tasks"]).iter().all(|task| task["createdBy"]["name"] == "acme-user"));

    let mut finished = 0;
    for task in nodes(&all["tasks"]) {
        let rows = nodes(&task["auditLogs"]);
        assert_eq!(rows[0]["action"], "TASK_CREATED");
        assert!(rows.iter().all(|row| row["task"]["databaseId"] == task["databaseId"]), "{task}");
        if rows[0]["task"]["status"] == "DONE" {
            finished += 1;
            assert_eq!((rows.len(), &rows[1]["action"]), (2, &json!("TASK_STARTED")));
            assert_eq!(nodes(&task["newest"])[0]["action"], "TASK_COMPLETED");
            assert_eq!(task["auditLogs"]["pageInfo"]["hasNextPage"], true);
            assert_eq!(task["newest"]["pageInfo"]["hasPreviousPage"], true);
        } else {
            assert_eq!((rows.len(), &task["auditLogs"]["pageInfo"]["hasNextPage"]), (1, &json!(false)));
        }
    }
    assert_eq!(finished, 1);
    // Only when asked for.
    let (_, plain) = counted.query(&acme, "{ tasks { edges { node { id } } } }", json!({})).await;
    assert_eq!(plain.len(), 1, "{plain:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_of_a_page_of_the_trail_are_read_together() {
    let counted = Counted::start().await;
    let api = &counted.api;
    let acme = api.db.tenant("acme").await;
    for n in 0..40 {
        api.db.submit(&acme, echo(n)).await;
    }
    let query = "{ auditLogs(first: 100) { edges { node { action taskId task { id kind } } } } }";
    let (data, statements) = counted.query(&acme, query, json!({})).await;
    let rows = nodes(&data["auditLogs"]);
    // The row that says that the trail is read is one of them.
    assert_eq!((rows.len(), statements.len()), (44, 3), "{statements:#?}");
    for row in rows {
        assert_eq!(row["task"]["id"], row["taskId"], "{row}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_of_a_type_are_read_together() {
    let counted = Counted::start().await;
    let api = &counted.api;
    let acme = api.db.tenant("acme").await;
    for n in 0..20 {
        api.db.submit(&acme, echo(n)).await;
    }
    let list = "{ tasks { edges { node { id auditLogs { edges { node { id } } } } } } }";
    let (data, _) = counted.query(&acme, list, json!({})).await;
    let tasks = nodes(&data["tasks"]);
    let rows = tasks.iter().flat_map(|task| nodes(&task["auditLogs"]));
    let ids: Vec<_> = tasks.iter().copied().chain(rows).map(|node| node["id"].clone()).collect();
    assert_eq!(ids.len(), 40);
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let (data, statements) = counted.query(&acme, query, json!({"ids": ids})).await;
    assert_eq!(data["nodes"], ids.iter().map(|id| json!({"id": id})).collect::<Value>());
    assert_eq!(statements.len(), 3, "{statements:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_under_many_aliases_is_one_statement_and_so_are_its_texts() {
    let counted = Counted::start().await;
    let api = &counted.api;
    let acme = api.db.tenant("acme").await;
    let mut fields = [String::new(), String::new()];
    for n in 0..20 {
        let task = api.db.submit(&acme, domain::task::NewTask { reference: Some(format!("r{n}")), ..echo(n) }).await;
        fields[0] += &format!("t{n}: task(by: {{id: \"{}\"}}) {{ id payload }} ", task.id);
        fields[1] += &format!("t{n}: task(by: {{reference: \"r{n}\"}}) {{ id payload }} ");
    }
    for fields in fields {
        let (data, statements) = counted.query(&acme, &format!("{{ {fields} }}"), json!({})).await;
        assert_eq!(statements.len(), 2, "{statements:#?}");
        for n in 0..20 {
            assert_eq!(data[format!("t{n}")]["payload"], json!({"n": n}));
        }
        let without = fields.replace("payload", "status");
        let (_, statements) = counted.query(&acme, &format!("{{ {without} }}"), json!({})).await;
        assert_eq!(statements.len(), 1, "{statements:#?}");
        assert!(!statements[0].contains("payload"), "{statements:#?}");
    }
    // Of a list they are read together; what is not asked for is not read.
    for (asked, read) in [
        ("payload", vec![[false, false], [true, false]]),
        ("result", vec![[false, false], [false, true]]),
        ("id", vec![[false, false]]),
    ] {
        let query = format!("{{ tasks {{ edges {{ node {{ ... on Task {{ x: {asked} }} }} }} }} }}");
        let (_, statements) = counted.query(&acme, &query, json!({})).await;
        let names = |sql: &String| ["payload", "result"].map(|column| sql.contains(column));
        assert_eq!(statements.iter().map(names).collect::<Vec<_>>(), read, "{statements:#?}");
    }
}
