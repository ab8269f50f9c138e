//! Queues: which there are, pausing, resuming.

use domain::TaskStatus::{Done, Pending};
use domain::audit::Caller;
use domain::queue::{self, Paused};
use domain::task::{self, NewTask, TaskError};
use entity::audit_log;
use sea_orm::{EntityTrait, QueryOrder, TransactionTrait};
use testkit::{Tenant, echo};

use crate::stage::Stage;

async fn pause(stage: &Stage, caller: &Caller, name: &str, reason: Option<&str>) -> Result<Paused, TaskError> {
    let tx = stage.db.api.begin().await.unwrap();
    let paused = queue::pause(&tx, stage.ids(), caller, name, reason).await?;
    tx.commit().await.unwrap();
    Ok(paused)
}

async fn resume(stage: &Stage, caller: &Caller, name: &str) -> Paused {
    let tx = stage.db.api.begin().await.unwrap();
    let resumed = queue::resume(&tx, stage.ids(), caller, name, None).await.unwrap();
    tx.commit().await.unwrap();
    resumed
}

async fn names(stage: &Stage, tenant: &Tenant) -> Vec<String> {
    queue::list(&stage.db.api, tenant.id, None, 10).await.unwrap().into_iter().map(|queue| queue.name).collect()
}

#[tokio::test]
async fn nothing_is_claimed_from_a_paused_queue() {
    let stage = Stage::new().await;
    let acme = stage.acme.caller();
    stage.db.submit(&stage.acme, echo(1)).await;
    assert!(pause(&stage, &acme, "default", Some("deploy")).await.unwrap().is_some());
    assert!(stage.claim(10).await.is_none());
    assert!(task::ready(&stage.db.worker, None, 10).await.unwrap().pairs.is_empty());
    assert!(resume(&stage, &acme, "default").await.is_some());
    assert_eq!(task::ready(&stage.db.worker, None, 10).await.unwrap().pairs.len(), 1);
    assert_eq!(stage.claim(10).await.unwrap().tasks.len(), 1);
}

#[tokio::test]
async fn each_change_is_a_row_of_the_trail_and_none_is_without() {
    let stage = Stage::new().await;
    let acme = Caller { key_id: Some("k1".into()), request_id: Some("r1".into()), ..stage.acme.caller() };
    let first = pause(&stage, &acme, "night", Some("too loud")).await.unwrap();
    assert!(first.is_some());
    assert_eq!(pause(&stage, &acme, "night", Some("again")).await.unwrap(), None);
    assert!(resume(&stage, &acme, "night").await.is_some());
    assert_eq!(resume(&stage, &acme, "night").await, None);
    assert_eq!(resume(&stage, &acme, "nobody.knows").await, None);
    let rows = audit_log::Entity::find().order_by_asc(audit_log::Column::Id).all(&stage.db.owner).await.unwrap();
    let rows: Vec<_> = rows.iter().filter(|row| row.action.starts_with("queue.")).collect();
    let told: Vec<_> = rows.iter().map(|row| (row.action.as_str(), row.target.as_deref(), row.reason.as_deref())).collect();
    let target = Some("queue:night");
    assert_eq!(told, [("queue.paused", target, Some("too loud")), ("queue.resumed", target, None)]);
    let row = rows[0];
    assert_eq!((Some(row.id), row.tenant_id, row.task_id, row.seq), (first, acme.tenant_id, None, None));
    assert_eq!((row.actor.clone(), row.key_id.as_deref(), row.request_id.as_deref()), (acme.actor(), Some("k1"), Some("r1")));
}

#[tokio::test]
async fn at_once_one_pauses_and_the_others_find_it_paused() {
    let stage = Stage::new().await;
    let acme = stage.acme.caller();
    let one = async || usize::from(pause(&stage, &acme, "night", None).await.unwrap().is_some());
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    assert_eq!(a + b + c + d, 1);
}

#[tokio::test]
async fn a_queue_is_there_from_its_first_task_on_or_when_it_is_paused() {
    let stage = Stage::new().await;
    let other = stage.db.tenant("other").await;
    assert!(names(&stage, &stage.acme).await.is_empty());
    stage.in_state(Done).await;
    stage.db.submit(&stage.acme, NewTask { queue: Some("b.2".into()), ..echo(1) }).await;
    stage.db.submit(&stage.acme, NewTask { queue: Some("b.2".into()), ..echo(2) }).await;
    pause(&stage, &stage.acme.caller(), "a-1", None).await.unwrap();
    pause(&stage, &other.caller(), "b.2", None).await.unwrap();
    assert_eq!(names(&stage, &stage.acme).await, ["a-1", "b.2", "default"]);
    assert_eq!(names(&stage, &other).await, ["b.2"]);
    let some = ["b.2".to_owned(), "a-1".to_owned(), "x".to_owned()];
    let found = queue::list(&stage.db.api, stage.acme.id, Some(&some), 10).await.unwrap();
    assert_eq!((found[0].name.as_str(), found[0].paused_at.is_some(), found[0].tasks.is_empty()), ("a-1", true, true));
    assert_eq!((found[1].name.as_str(), found[1].paused_at, found[1].tasks.get(&Pending)), ("b.2", None, Some(&2)));
    assert_eq!(found.len(), 2);
    assert_eq!(queue::list(&stage.db.api, stage.acme.id, None, 1).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_name_that_no_queue_can_have_is_refused() {
    let stage = Stage::new().await;
    for name in ["", "Über", "a b", "-a", "a\0", &"x".repeat(64)] {
        let refused = pause(&stage, &stage.acme.caller(), name, None).await.unwrap_err();
        assert!(matches!(&refused, TaskError::Invalid(fields) if fields[0].path == ["name"]), "{refused:?}");
    }
    assert!(names(&stage, &stage.acme).await.is_empty());
}
