//! A transition has its transaction's number before it waits for anything: readers of a feed find its rows by an id that is
//! hardly older than the number.

use domain::feed;
use domain::task::{self, NewTask, validate_many};
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait, TryGetable};
use testkit::{echo, until};

use crate::stage::Stage;

/// The number of the one transaction that waits for a lock of this kind, once there is one: `None` when it has none.
async fn number_of_the_waiting(stage: &Stage, kind: &str) -> Option<i64> {
    let sql = format!(
        "SELECT backend_xid::text::bigint AS number FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = '{kind}'"
    );
    let query = Statement::from_string(DbBackend::Postgres, sql);
    let row = until("something waits", async || stage.db.owner.query_one_raw(query.clone()).await.unwrap()).await;
    Option::try_get_by(&row, "number").unwrap()
}

fn keyed(key: &str) -> NewTask {
    NewTask { idempotency_key: Some(key.into()), ..echo(1) }
}

#[tokio::test]
async fn a_claim_has_it_before_it_looks_at_the_first_task() {
    let stage = Stage::new().await;
    stage.db.submit(&stage.acme, echo(1)).await;
    // Whoever looks at a task waits as long as the test holds the lock.
    let gate = "CREATE FUNCTION gate() RETURNS boolean LANGUAGE plpgsql AS \
                $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN true; END $$; \
                CREATE POLICY gate ON tasks USING (gate()); ALTER TABLE tasks ENABLE ROW LEVEL SECURITY";
    stage.db.owner.execute_unprepared(gate).await.unwrap();
    let held = stage.db.owner.begin().await.unwrap();
    held.execute_unprepared("SELECT pg_advisory_xact_lock(1)").await.unwrap();
    let test = async {
        let number = number_of_the_waiting(&stage, "advisory").await;
        let horizon = feed::horizon(&stage.db.api).await.unwrap();
        held.commit().await.unwrap();
        let number = number.expect("a claim that scans has no number yet");
        assert!(horizon.xmin <= number, "a reader may pass {number}: {horizon:?}");
    };
    let (batch, ()) = tokio::join!(stage.claim(1), test);
    assert_eq!(batch.unwrap().tasks.len(), 1);
}

#[tokio::test]
async fn a_creation_has_it_before_it_waits_for_its_key() {
    let stage = Stage::new().await;
    let (caller, ids) = (stage.acme.caller(), stage.ids());
    let first = stage.db.api.begin().await.unwrap();
    task::create(&first, ids, &caller, keyed("k").validate().unwrap()).await.unwrap();
    let second = stage.db.api.begin().await.unwrap();
    let (created, number) = tokio::join!(task::create(&second, ids, &caller, keyed("k").validate().unwrap()), async {
        let number = number_of_the_waiting(&stage, "transactionid").await;
        first.commit().await.unwrap();
        number
    });
    assert_eq!(created.unwrap().audit_id, None, "the first one's task");
    assert!(number.is_some());
}

#[tokio::test]
async fn a_batch_has_it_before_it_waits_for_its_keys() {
    let stage = Stage::new().await;
    let (caller, ids) = (stage.acme.caller(), stage.ids());
    let first = stage.db.api.begin().await.unwrap();
    task::create(&first, ids, &caller, keyed("k").validate().unwrap()).await.unwrap();
    let second = stage.db.api.begin().await.unwrap();
    let batch = validate_many(vec![keyed("k"), keyed("l")]).unwrap();
    let (created, number) = tokio::join!(task::create_many(&second, ids, &caller, &batch), async {
        let number = number_of_the_waiting(&stage, "transactionid").await;
        first.commit().await.unwrap();
        number
    });
    assert_eq!(created.unwrap().len(), 2);
    assert!(number.is_some());
}
