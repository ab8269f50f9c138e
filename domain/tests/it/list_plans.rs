//! Lists read what they show and little more, in either order and from either end, of however long a history.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Duration, Utc};
use domain::TaskStatus;
use domain::audit::{self, Action};
use domain::condition::Condition;
use domain::page::{End, Order, Page};
use domain::task::{self, Filter};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TryGetable};
use serde_json::Value;
use testkit::{Role, TestDb};
use uuid::Uuid;

use crate::plans::touched;

/// A task a second; every hundredth failed.
const HISTORY: i32 = 20_000;
const LIMIT: u64 = 21;

/// A tenant with a long history and one row of the trail for each task, and where in it a cursor stands.
async fn fill(db: &TestDb, tenant: Uuid) -> (Vec<Uuid>, DateTime<Utc>) {
    let tasks = format!(
        "INSERT INTO tasks (tenant_id, id, created_by, created_at, run_at, version, lease_epoch, attempt, max_attempts, timeout_seconds, \
           status, priority, queued, is_failed, kind, queue, finished_at, payload, error, reference) \
         SELECT '{tenant}', uuid_floor(at), '{tenant}', at, at, 1, 1, 1, 5, 300, \
           (CASE WHEN n % 100 = 0 THEN 'failed' ELSE 'done' END)::task_status, 0, false, n % 100 = 0, 'echo', 'default', at, '{{}}', \
           '{{}}', 'r' || n \
         FROM generate_series(1, {HISTORY}) n, LATERAL (SELECT now() - n * interval '1 second' AS at) t"
    );
    let trail = "INSERT INTO audit_logs (tenant_id, id, \"timestamp\", action, actor, task_id, seq) \
                 SELECT tenant_id, id, created_at, 'task.created', 'user:x', id, 1 FROM tasks";
    for sql in [tasks.as_str(), trail, "ANALYZE tasks, audit_logs"] {
        db.owner.execute_unprepared(sql).await.unwrap();
    }
    let middle = "SELECT id, created_at FROM tasks ORDER BY id OFFSET 10000 LIMIT 100";
    let rows = db.owner.query_all_raw(Statement::from_string(DbBackend::Postgres, middle)).await.unwrap();
    let ids = rows.iter().map(|row| Uuid::try_get_by(row, "id").unwrap()).collect();
    (ids, DateTime::try_get_by(&rows[0], "created_at").unwrap())
}

/// A connection whose statements can be explained.
struct Explained {
    db: DatabaseConnection,
    seen: Arc<Mutex<Vec<Statement>>>,
}

impl Explained {
    async fn new(db: &TestDb) -> Explained {
        let mut connection = boot::pool::connect(&db.config(Role::Api, 1), "test").await.unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        connection.set_metric_callback(move |info| kept.lock().unwrap().push(info.statement.clone()));
        Explained { db: connection, seen }
    }

    /// The read finds `rows` rows and its one statement touches no more than `bound` of the table's.
    async fn check<T>(&self, what: &str, table: &str, (rows, bound): (usize, f64), found: &[T]) {
        let statements = std::mem::take(&mut *self.seen.lock().unwrap());
        let [statement] = statements.as_slice() else { panic!("{what}: {statements:?}") };
        assert_eq!(found.len(), rows, "{what}");
        let explain = Statement { sql: format!("EXPLAIN (ANALYZE, FORMAT JSON) {}", statement.sql), ..statement.clone() };
        let row = self.db.query_one_raw(explain).await.unwrap().unwrap();
        let plan = Value::try_get_by_index(&row, 0).unwrap();
        self.seen.lock().unwrap().clear();
        let touched = touched(table, &plan[0]["Plan"]);
        assert!(touched <= bound, "{what} touched {touched} rows of {table}:\n{plan:#}");
    }
}

/// From the beginning, from the end, and from a place between, in either order.
fn pages(cursor: Uuid) -> Vec<Page> {
    let mut pages = Vec::new();
    for order in [Order::Newest, Order::Oldest] {
        for end in [End::First, End::Last] {
            let page = Page { limit: LIMIT, order, end, ..Page::default() };
            pages.extend([page, Page { after: Some(cursor), ..page }, Page { before: Some(cursor), ..page }]);
        }
    }
    pages
}

#[tokio::test]
async fn no_list_reads_a_tenants_history() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let (ids, at) = fill(&db, acme.id).await;
    let explained = Explained::new(&db).await;
    let rows = usize::try_from(LIMIT).unwrap();
    let (page_only, few) = ((rows, 25.0), 25.0);
    let text = |text: &str| Condition::one_of([text.to_owned()]);
    // Ten minutes on either side of a hundred seconds; a bitmap scan counts twice, in the index and in the table.
    let span = Condition::at_least(at).and(Condition::at_most(at + Duration::seconds(100)));
    let (nothing, of_span) = (0, 2.0 * 1_400.0);
    for page in pages(ids[0]) {
        let what = format!("{page:?}");
        let found = task::list(&explained.db, acme.id, &Filter::default(), page).await.unwrap();
        explained.check(&what, "tasks", page_only, &found).await;
        let failed = Filter { status: Condition::one_of([TaskStatus::Failed]), ..Filter::default() };
        let found = task::list(&explained.db, acme.id, &failed, page).await.unwrap();
        explained.check(&format!("failed, {what}"), "tasks", page_only, &found).await;
        let found = audit::list(&explained.db, acme.id, &audit::Filter::default(), page).await.unwrap();
        explained.check(&what, "audit_logs", page_only, &found).await;
    }
    let page = Page { limit: LIMIT, ..Page::default() };
    for (what, filter, expected) in [
        ("by reference", Filter { reference: text("r15000"), ..Filter::default() }, (1, few)),
        ("by id", Filter { id: Condition::one_of(ids[..3].iter().copied()), ..Filter::default() }, (3, few)),
        ("by time", Filter { created_at: span.clone(), kind: text("none"), ..Filter::default() }, (nothing, of_span)),
    ] {
        let found = task::list(&explained.db, acme.id, &filter, page).await.unwrap();
        explained.check(what, "tasks", expected, &found).await;
    }
    let any = audit::Filter::default;
    for (what, filter, expected) in [
        ("by task", audit::Filter { task_id: Some(ids[0]).into(), ..any() }, (1, few)),
        ("by time", audit::Filter { timestamp: span, actor: text("nobody"), ..any() }, (nothing, of_span)),
        ("by action", audit::Filter { action: Condition::one_of([Action::TaskCreated]), ..any() }, page_only),
    ] {
        let found = audit::list(&explained.db, acme.id, &filter, page).await.unwrap();
        explained.check(what, "audit_logs", expected, &found).await;
    }
    let oldest = Page { order: Order::Oldest, ..page };
    let found: Vec<_> = audit::trails(&explained.db, acme.id, &ids, oldest).await.unwrap().into_iter().collect();
    explained.check("trails", "audit_logs", (100, 100.0), &found).await;
    let found = audit::get_many(&explained.db, acme.id, &ids).await.unwrap();
    explained.check("rows by id", "audit_logs", (100, 200.0), &found).await;
}
