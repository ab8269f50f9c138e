//! What it costs to know who asks, and what row-level security would cost on top of the wall that every statement has.

use std::time::{Duration, Instant};

use domain::access::Scopes;
use domain::task;
use e2e::{Client, System};
use reqwest::Method;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, TransactionTrait};
use serde_json::json;
use testkit::echo;

use crate::support::{UNLIMITED, median};

const KEYS: usize = 300;
const READS: usize = 3_000;
const CREATES: usize = 1_000;
const ROUNDS: usize = 3;

pub(crate) async fn run() {
    authentication().await;
    row_level_security().await;
}

/// A request that needs the database for its credentials alone: with a key that was never shown, and again at once.
async fn authentication() {
    let system = System::start_with(UNLIMITED).await;
    let mut clients = Vec::new();
    for n in 0..KEYS {
        let key = system.db.key("acme", &format!("user-{n}"), Scopes::TENANT).await;
        clients.push(Client::new(&system.client.address, &key.key));
    }
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for client in &clients {
        // The connection is made by a request that needs no credentials.
        ask(client, "/health/live").await;
        cold.push(ask(client, "/graphql?query=%7B__typename%7D").await);
        warm.push(ask(client, "/graphql?query=%7B__typename%7D").await);
    }
    let (cold, warm) = (p50_us(cold), p50_us(warm));
    println!("authentication: p50 of a request {cold:.0} us with a key seen first, {warm:.0} us with one seen before");
    println!("authentication: the look into the database is {:.0} us, ratio {:.2}", cold - warm, cold / warm);
}

async fn ask(client: &Client, path: &str) -> Duration {
    let begun = Instant::now();
    let answer = client.request(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    drop(answer.bytes().await.unwrap());
    begun.elapsed()
}

/// One task read by its key, and one submitted: as it is, and under a policy with the tenant set for each transaction.
async fn row_level_security() {
    let system = System::start_with(UNLIMITED).await;
    let (db, acme) = (&system.db, &system.acme);
    let id = db.submit(acme, echo(1)).await.id;
    for n in 0..2_000 {
        db.submit(acme, echo(n)).await;
    }
    db.owner.execute_unprepared("ANALYZE tasks").await.unwrap();
    let (mut reads, mut creates) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        walls(&db.owner, false).await;
        let read = timed(READS, async || drop(task::get(&db.api, acme.id, id).await.unwrap().unwrap())).await;
        let create = timed(CREATES, async || submit(&system, false).await).await;
        walls(&db.owner, true).await;
        let walled_read = timed(READS, async || {
            let tx = begin(&db.api, acme.id).await;
            drop(task::get(&tx, acme.id, id).await.unwrap().unwrap());
            tx.commit().await.unwrap();
        })
        .await;
        let walled_create = timed(CREATES, async || submit(&system, true).await).await;
        println!(
            "round {round}: a read {read:.0} us, under a policy {walled_read:.0} us; a submission {create:.0} us, under a policy {walled_create:.0} us"
        );
        reads.push(walled_read / read);
        creates.push(walled_create / create);
    }
    println!("row-level security: median ratio of a read {:.2}, of a submission {:.2}", median(reads), median(creates));
}

/// The second wall, on or off.
async fn walls(owner: &DatabaseConnection, on: bool) {
    let sql = if on {
        "CREATE POLICY tenant ON tasks USING (tenant_id = current_setting('ctap.tenant', true)::uuid);
         ALTER TABLE tasks ENABLE ROW LEVEL SECURITY"
    } else {
        "ALTER TABLE tasks DISABLE ROW LEVEL SECURITY; DROP POLICY IF EXISTS tenant ON tasks"
    };
    owner.execute_unprepared(sql).await.unwrap();
}

async fn begin(db: &DatabaseConnection, tenant_id: uuid::Uuid) -> DatabaseTransaction {
    let tx = db.begin().await.unwrap();
    tx.execute_unprepared(&format!("SET LOCAL ctap.tenant = '{tenant_id}'")).await.unwrap();
    tx
}

async fn submit(system: &System, walled: bool) {
    let (db, acme) = (&system.db, &system.acme);
    let tx = if walled { begin(&db.api, acme.id).await } else { db.api.begin().await.unwrap() };
    let new = domain::task::NewTask { kind: "echo".into(), payload: json!({"n": 1}), ..Default::default() };
    task::create(&tx, &db.ids, &acme.caller(), new.validate().unwrap()).await.unwrap();
    tx.commit().await.unwrap();
}

/// p50 in microseconds.
async fn timed(times: usize, act: impl AsyncFn()) -> f64 {
    let mut all = Vec::with_capacity(times);
    for _ in 0..times {
        let begun = Instant::now();
        act().await;
        all.push(begun.elapsed());
    }
    p50_us(all)
}

fn p50_us(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e6
}
