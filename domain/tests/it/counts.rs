//! Counters: exact whatever happens at the same time, and quick to read.

use std::collections::BTreeMap;

use domain::TaskStatus::{self, Cancelled, Done, Failed, Pending, Running};
use domain::counts::{self, Group};
use domain::task::NewTask;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use testkit::{echo, sleep};

use crate::stage::{LEASE, Stage};

fn group(counts: &[(TaskStatus, i64)]) -> Group {
    counts.iter().copied().collect()
}

async fn changes(stage: &Stage) -> i64 {
    let sql = Statement::from_string(DbBackend::Postgres, "SELECT count(*) FROM task_count_changes");
    stage.db.api.query_one_raw(sql).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn tasks_are_counted_by_state_queue_and_kind() {
    let stage = Stage::new().await;
    let other = stage.db.tenant("other").await;
    stage.db.submit(&other, echo(1)).await;
    for status in [Done, Failed, Cancelled, Running, Running] {
        stage.in_state(status).await;
    }
    stage.db.submit(&stage.acme, NewTask { queue: Some("night".into()), ..sleep(1) }).await;
    let expected = counts::Counts {
        all: group(&[(Pending, 1), (Running, 2), (Done, 1), (Failed, 1), (Cancelled, 1)]),
        queues: BTreeMap::from([
            ("default".to_owned(), group(&[(Running, 2), (Done, 1), (Failed, 1), (Cancelled, 1)])),
            ("night".to_owned(), group(&[(Pending, 1)])),
        ]),
        kinds: BTreeMap::from([
            ("echo".to_owned(), group(&[(Running, 2), (Done, 1), (Failed, 1), (Cancelled, 1)])),
            ("sleep".to_owned(), group(&[(Pending, 1)])),
        ]),
        unfolded: 0,
    };
    let unfolded = counts::of_tenant(&stage.db.api, stage.acme.id, 10).await.unwrap();
    assert!(unfolded.unfolded > 0);
    assert_eq!(counts::Counts { unfolded: 0, ..unfolded.clone() }, expected);
    // Folded, they say the same, and nothing is left to fold.
    assert_eq!(counts::unfolded_tenants(&stage.db.worker, None, 10).await.unwrap().len(), 2);
    assert_eq!(counts::fold(&stage.db.worker, stage.acme.id).await.unwrap(), unfolded.unfolded);
    assert_eq!(counts::fold(&stage.db.api, stage.acme.id).await.unwrap(), 0);
    assert_eq!(counts::of_tenant(&stage.db.api, stage.acme.id, 10).await.unwrap(), expected);
    assert_eq!(counts::unfolded_tenants(&stage.db.worker, None, 10).await.unwrap(), [other.id]);
    assert!(counts::unfolded_tenants(&stage.db.worker, Some(other.id), 10).await.unwrap().is_empty());
    // So many names, the first ones.
    let few = counts::of_tenant(&stage.db.api, stage.acme.id, 1).await.unwrap();
    assert_eq!((few.queues.into_keys().collect::<Vec<_>>(), few.all), (vec!["default".to_owned()], expected.all));
    stage.db.assert_invariants().await;
}

#[tokio::test]
async fn counters_are_exact_while_tasks_change_and_are_folded() {
    let stage = Stage::new().await;
    let submit = async {
        for n in 0..40 {
            stage.db.submit(&stage.acme, NewTask { queue: (n % 3 == 0).then(|| "night".into()), ..echo(n) }).await;
        }
    };
    let work = async {
        for n in 0..20 {
            let Some(batch) = stage.claim_as("w1", 2, LEASE).await else { continue };
            for task in batch.tasks {
                let staged = crate::stage::Staged { id: task.id, epoch: task.lease_epoch, lease_id: batch.lease_id };
                match n % 3 {
                    0 => drop(stage.complete("w1", &staged).await),
                    1 => drop(stage.fail("w1", &staged, n % 2 == 0).await),
                    _ => drop(stage.cancel(task.id).await),
                }
            }
        }
    };
    let fold = async |times: usize| {
        for _ in 0..times {
            counts::fold(&stage.db.worker, stage.acme.id).await.unwrap();
            let seen = counts::of_tenant(&stage.db.api, stage.acme.id, 10).await.unwrap();
            let (all, by_queue): (i64, i64) = (seen.all.values().sum(), seen.queues.values().flat_map(Group::values).sum());
            assert_eq!(all, by_queue, "{seen:?}");
        }
    };
    tokio::join!(submit, work, fold(60), fold(60));
    stage.db.assert_invariants().await;
    assert!(counts::fold(&stage.db.worker, stage.acme.id).await.is_ok());
    assert_eq!(changes(&stage).await, 0);
    stage.db.assert_invariants().await;
    let counted = counts::of_tenant(&stage.db.api, stage.acme.id, 10).await.unwrap();
    assert_eq!(counted.all.values().sum::<i64>(), 40);
}

#[tokio::test]
async fn what_is_rolled_back_is_not_counted_and_what_is_deleted_is_not_any_more() {
    use sea_orm::TransactionTrait;
    let stage = Stage::new().await;
    let done = stage.in_state(Done).await;
    let tx = stage.db.api.begin().await.unwrap();
    domain::task::create(&tx, stage.ids(), &stage.acme.caller(), echo(1).validate().unwrap()).await.unwrap();
    tx.rollback().await.unwrap();
    let counted = async || counts::of_tenant(&stage.db.api, stage.acme.id, 10).await.unwrap().all;
    assert_eq!(counted().await, group(&[(Done, 1)]));
    let delete = Statement::from_sql_and_values(DbBackend::Postgres, "DELETE FROM tasks WHERE id = $1", [done.id.into()]);
    stage.db.owner.execute_raw(delete).await.unwrap();
    assert_eq!(counted().await, group(&[]));
    stage.db.assert_invariants().await;
}
