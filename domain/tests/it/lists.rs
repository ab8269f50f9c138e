//! Pages: of tasks by every filter, of the trail by every condition; another tenant sees nothing.

use domain::TaskStatus::{self, Cancelled, Done, Failed, Pending, Running};
use domain::audit::{self, Action};
use domain::task::{self, Filter, NewTask, Page};
use testkit::echo;
use uuid::Uuid;

use crate::stage::Stage;

async fn listed(stage: &Stage, filter: Filter, after: Option<Uuid>, limit: u64) -> Vec<Uuid> {
    let rows = task::list(&stage.db.api, stage.acme.id, &filter, Page { after, limit }).await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

fn by_status(statuses: &[TaskStatus]) -> Filter {
    Filter { statuses: statuses.to_vec(), ..Filter::default() }
}

#[tokio::test]
async fn tasks_are_found_by_status_kind_and_queue_newest_first() {
    let stage = Stage::new().await;
    let mut of = std::collections::HashMap::new();
    for status in [Done, Failed, Cancelled, Running, Pending] {
        of.insert(status, stage.in_state(status).await.id);
    }
    let other = stage.db.submit(&stage.acme, NewTask { queue: Some("slow".into()), ..testkit::sleep(1) }).await.id;
    for status in [Done, Failed, Cancelled, Running] {
        assert_eq!(listed(&stage, by_status(&[status]), None, 10).await, [of[&status]], "{status:?}");
    }
    assert_eq!(listed(&stage, by_status(&[Pending]), None, 10).await, [other, of[&Pending]]);
    assert_eq!(listed(&stage, by_status(&[Done, Failed]), None, 10).await, [of[&Failed], of[&Done]]);
    assert_eq!(listed(&stage, Filter { kind: Some("sleep".into()), ..Filter::default() }, None, 10).await, [other]);
    assert_eq!(listed(&stage, Filter { queue: Some("slow".into()), ..Filter::default() }, None, 10).await, [other]);
    let all = listed(&stage, Filter::default(), None, 10).await;
    assert_eq!(all.len(), 6);
    assert!(all.is_sorted_by(|a, b| a > b));
    let nobody = stage.db.tenant("other").await;
    assert!(task::list(&stage.db.api, nobody.id, &Filter::default(), Page { after: None, limit: 10 }).await.unwrap().is_empty());
    assert!(task::get(&stage.db.api, nobody.id, other).await.unwrap().is_none());
}

#[tokio::test]
async fn pages_cover_everything_once() {
    let stage = Stage::new().await;
    for n in 0..7 {
        stage.db.submit(&stage.acme, echo(n)).await;
    }
    let all = listed(&stage, Filter::default(), None, 100).await;
    let mut paged = Vec::new();
    loop {
        let page = listed(&stage, Filter::default(), paged.last().copied(), 3).await;
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, all);
}

#[tokio::test]
async fn the_trail_is_found_by_task_action_actor_and_time() {
    let stage = Stage::new().await;
    let before = chrono::Utc::now() - chrono::Duration::hours(1);
    let staged = stage.in_state(Done).await;
    stage.in_state(Pending).await;
    let count = async |filter: audit::Filter| {
        let page = audit::Page { after: None, limit: 100, order: audit::Order::Newest };
        audit::list(&stage.db.api, stage.acme.id, &filter, page).await.unwrap().len()
    };
    let any = audit::Filter::default;
    assert_eq!(count(audit::Filter { task_id: Some(staged.id), ..any() }).await, 3);
    assert_eq!(count(audit::Filter { actions: vec![Action::TaskCreated], ..any() }).await, 2);
    assert_eq!(count(audit::Filter { actions: vec![Action::TaskCreated, Action::TaskCompleted], ..any() }).await, 3);
    assert_eq!(count(audit::Filter { actor: Some("worker:w1".into()), ..any() }).await, 2);
    assert_eq!(count(audit::Filter { actor: Some("worker:%".into()), ..any() }).await, 0, "literally");
    assert_eq!(count(audit::Filter { from: Some(before), ..any() }).await, 7);
    assert_eq!(count(audit::Filter { until: Some(before), ..any() }).await, 0);
    let trail = audit::of_task(&stage.db.api, stage.acme.id, staged.id).await.unwrap();
    assert_eq!(
        count(audit::Filter {
            task_id: Some(staged.id),
            from: Some(trail[1].timestamp),
            until: Some(trail[2].timestamp),
            ..any()
        })
        .await,
        1
    );
    assert!(trail.windows(2).all(|pair| pair[0].timestamp <= pair[1].timestamp && pair[0].id < pair[1].id));
}

#[tokio::test]
async fn a_tasks_trail_is_in_order_whatever_the_clocks_that_made_its_ids() {
    use sea_orm::ConnectionTrait;
    let stage = Stage::new().await;
    let staged = stage.in_state(Running).await;
    stage.cancel(staged.id).await.unwrap();
    stage.complete(crate::stage::WORKER, &staged).await;
    stage.retry(staged.id).await.unwrap();
    // A process whose clock was ahead made the first id: later than all the others of the trail.
    let ahead = "DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'audit_logs'::regclass \
                 UNION SELECT 'audit_logs'::regclass LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER append_only', t); END LOOP; END $$; \
                 UPDATE audit_logs SET id = uuid_floor(now() + interval '1 hour') WHERE action = 'task.created'";
    stage.db.owner.execute_unprepared(ahead).await.unwrap();
    let happened = ["task.created", "task.started", "task.cancelled", "task.result_refused", "task.retried"];
    assert_eq!(stage.db.actions(&stage.acme, staged.id).await, happened);
    for order in [audit::Order::Oldest, audit::Order::Newest] {
        let filter = audit::Filter { task_id: Some(staged.id), ..audit::Filter::default() };
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let page = audit::Page { after, limit: 2, order };
            let rows = audit::list(&stage.db.api, stage.acme.id, &filter, page).await.unwrap();
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            paged.extend(rows.into_iter().map(|row| row.action));
        }
        if order == audit::Order::Newest {
            paged.reverse();
        }
        assert_eq!(paged, happened, "{order:?}");
    }
}
