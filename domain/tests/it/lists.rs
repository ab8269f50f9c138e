//! Pages: of tasks by every filter, of the trail by every condition; another tenant sees nothing.

use domain::TaskStatus::{self, Cancelled, Done, Failed, Pending, Running};
use domain::audit::{self, Action};
use domain::condition::Condition;
use domain::page::{End, Order, Page};
use domain::task::{self, Filter, NewTask};
use testkit::echo;
use uuid::Uuid;

use crate::stage::Stage;

async fn listed(stage: &Stage, filter: Filter, after: Option<Uuid>, limit: u64) -> Vec<Uuid> {
    let rows = task::list(&stage.db.api, stage.acme.id, &filter, Page { after, limit, ..Page::default() }).await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

fn by_status(statuses: &[TaskStatus]) -> Filter {
    Filter { status: Condition::one_of(statuses.iter().copied()), ..Filter::default() }
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
    assert_eq!(listed(&stage, Filter { kind: Some("sleep".to_owned()).into(), ..Filter::default() }, None, 10).await, [other]);
    assert_eq!(listed(&stage, Filter { queue: Some("slow".to_owned()).into(), ..Filter::default() }, None, 10).await, [other]);
    let all = listed(&stage, Filter::default(), None, 10).await;
    assert_eq!(all.len(), 6);
    assert!(all.is_sorted_by(|a, b| a > b));
    let nobody = stage.db.tenant("other").await;
    assert!(
        task::list(&stage.db.api, nobody.id, &Filter::default(), Page { limit: 10, ..Page::default() }).await.unwrap().is_empty()
    );
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
        let page = Page { limit: 100, ..Page::default() };
        audit::list(&stage.db.api, stage.acme.id, &filter, page).await.unwrap().len()
    };
    let any = audit::Filter::default;
    assert_eq!(count(audit::Filter { task_id: Some(staged.id).into(), ..any() }).await, 3);
    assert_eq!(count(audit::Filter { action: Condition::one_of([Action::TaskCreated]), ..any() }).await, 2);
    assert_eq!(
        count(audit::Filter { action: Condition::one_of([Action::TaskCreated, Action::TaskCompleted]), ..any() }).await,
        3
    );
    assert_eq!(count(audit::Filter { actor: Some("worker:w1".to_owned()).into(), ..any() }).await, 2);
    assert_eq!(count(audit::Filter { actor: Some("worker:%".to_owned()).into(), ..any() }).await, 0, "literally");
    assert_eq!(count(audit::Filter { timestamp: Condition::at_least(before), ..any() }).await, 7);
    assert_eq!(count(audit::Filter { timestamp: Condition::at_most(before), ..any() }).await, 0);
    let trail = audit::of_task(&stage.db.api, stage.acme.id, staged.id).await.unwrap();
    assert_eq!(
        count(audit::Filter { task_id: Some(staged.id).into(), timestamp: Condition::one_of([trail[1].timestamp]), ..any() })
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
    let filter = audit::Filter { task_id: Some(staged.id).into(), ..audit::Filter::default() };
    for (order, end) in ways() {
        let read = async |page| audit::list(&stage.db.api, stage.acme.id, &filter, page).await.unwrap();
        let mut paged = paged(order, end, 2, read, |row| row.id).await.into_iter().map(|row| row.action).collect::<Vec<_>>();
        if order == Order::Newest {
            paged.reverse();
        }
        assert_eq!(paged, happened, "{order:?} {end:?}");
    }
}

fn ways() -> [(Order, End); 4] {
    [Order::Newest, Order::Oldest].map(|order| [End::First, End::Last].map(|end| (order, end))).concat().try_into().unwrap()
}

/// All pages of a list from one end to the other, put together in the list's order.
async fn paged<T>(order: Order, end: End, limit: u64, read: impl AsyncFn(Page) -> Vec<T>, id: impl Fn(&T) -> Uuid) -> Vec<T> {
    let mut rows: Vec<T> = Vec::new();
    loop {
        let (after, before) = match end {
            End::First => (rows.last().map(&id), None),
            End::Last => (None, rows.first().map(&id)),
        };
        let page = read(Page { after, before, limit, end, order }).await;
        match end {
            _ if page.is_empty() => return rows,
            End::First => rows.extend(page),
            End::Last => drop(rows.splice(0..0, page)),
        }
    }
}

#[tokio::test]
async fn a_page_lies_between_its_cursors_whatever_its_end() {
    let stage = Stage::new().await;
    let mut ids = Vec::new();
    for n in 0..6 {
        ids.push(stage.db.submit(&stage.acme, echo(n)).await.id);
    }
    for (order, end) in ways() {
        let list: Vec<_> = if order == Order::Oldest { ids.clone() } else { ids.iter().rev().copied().collect() };
        for (limit, expected) in [(100, &list[2..5]), (2, if end == End::First { &list[2..4] } else { &list[3..5] })] {
            let page = Page { after: Some(list[1]), before: Some(list[5]), limit, end, order };
            let rows = task::list(&stage.db.api, stage.acme.id, &Filter::default(), page).await.unwrap();
            assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), expected, "{order:?} {end:?} {limit}");
            let created = audit::Filter { action: Condition::one_of([Action::TaskCreated]), ..audit::Filter::default() };
            let all =
                audit::list(&stage.db.api, stage.acme.id, &created, Page { limit: 9, order, ..Page::default() }).await.unwrap();
            let page = Page { after: Some(all[1].id), before: Some(all[5].id), ..page };
            let rows = audit::list(&stage.db.api, stage.acme.id, &created, page).await.unwrap();
            assert_eq!(rows.iter().map(|row| row.task_id.unwrap()).collect::<Vec<_>>(), expected, "{order:?} {end:?} {limit}");
        }
    }
}

#[tokio::test]
async fn the_trails_of_several_tasks_are_each_cut_by_themselves() {
    let stage = Stage::new().await;
    let done = stage.in_state(Done).await.id;
    let pending = stage.in_state(Pending).await.id;
    let other = stage.db.tenant("other").await;
    let theirs = stage.db.submit(&other, echo(1)).await.id;
    let ids = [done, pending, theirs, Uuid::nil()];
    for (end, expected) in [(End::First, ["task.created", "task.started"]), (End::Last, ["task.started", "task.completed"])] {
        let page = Page { limit: 2, order: Order::Oldest, end, ..Page::default() };
        let trails = audit::trails(&stage.db.api, stage.acme.id, &ids, page).await.unwrap();
        assert_eq!(trails.len(), 2, "another tenant's task has no trail here");
        let actions = |id| trails[&id].iter().map(|row| row.action.as_str()).collect::<Vec<_>>();
        assert_eq!(actions(done), expected);
        assert_eq!(actions(pending), ["task.created"]);
    }
}
