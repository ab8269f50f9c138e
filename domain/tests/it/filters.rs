//! A filter means the same to a list in SQL and to a stream in memory.

use std::collections::BTreeSet;

use chrono::Duration;
use domain::TaskStatus::{self, Cancelled, Done, Failed, Pending, Running};
use domain::condition::Condition;
use domain::page::Page;
use domain::task::{self, Filter, NewTask};
use testkit::{echo, sleep};
use uuid::Uuid;

use crate::stage::Stage;

/// Tasks of every state, kind, queue, priority and reference that the conditions below speak of.
async fn fill(stage: &Stage) -> Vec<task::Head> {
    for status in [Done, Failed, Cancelled, Running, Pending] {
        stage.in_state(status).await;
    }
    let text = |text: &str| Some(text.to_owned());
    for new in [
        NewTask { queue: text("slow"), priority: Some(-5), reference: text("a%"), ..sleep(1) },
        NewTask { queue: text("slow"), priority: Some(5), reference: text("a_"), ..echo(1) },
        NewTask { priority: Some(100), reference: text("a\\"), ..echo(1) },
        NewTask { priority: Some(6), reference: text("' OR true --"), ..sleep(1) },
    ] {
        stage.db.submit(&stage.acme, new).await;
    }
    let all = Page { limit: 100, ..Page::default() };
    task::list(&stage.db.api, stage.acme.id, &Filter::default(), all).await.unwrap()
}

fn texts(values: &[&str]) -> Condition<String> {
    Condition::one_of(values.iter().map(|value| (*value).to_owned()))
}

/// Filters with one condition each.
fn conditions(tasks: &[task::Head]) -> Vec<Filter> {
    let any = Filter::default;
    let mut filters = vec![any()];
    for status in [vec![], vec![Pending], vec![Running], vec![Failed], vec![Done], vec![Pending, Cancelled, Done]] {
        filters.push(Filter { status: Condition::<TaskStatus>::one_of(status), ..any() });
    }
    for kind in [texts(&[]), texts(&["echo"]), texts(&["sleep", "http"])] {
        filters.push(Filter { kind, ..any() });
    }
    for queue in [texts(&["slow"]), texts(&["%"]), texts(&["slow", "default"])] {
        filters.push(Filter { queue, ..any() });
    }
    let at_least = |n| Condition::at_least(n);
    for priority in [at_least(5), at_least(i64::MAX), Condition::at_most(5), Condition::one_of([0, 100, i64::MIN])] {
        filters.push(Filter { priority, ..any() });
    }
    filters.push(Filter { priority: at_least(-5).and(Condition::at_most(5)), ..any() });
    for reference in [texts(&[]), texts(&["a%"]), texts(&["%"]), texts(&["a_", "a\\", "' OR true --"])] {
        filters.push(Filter { reference, ..any() });
    }
    let middle = tasks[tasks.len() / 2].created_at;
    let micro = Duration::microseconds(1);
    for created_at in [
        Condition::at_least(middle),
        Condition::at_least(middle + micro),
        Condition::at_most(middle),
        Condition::at_most(middle - micro),
        Condition::one_of([middle, tasks[0].created_at]),
        Condition::at_least(middle).and(Condition::at_most(middle - micro)),
        Condition::at_least(chrono::DateTime::UNIX_EPOCH),
    ] {
        filters.push(Filter { created_at, ..any() });
    }
    filters.push(Filter { id: Condition::one_of([tasks[0].id, tasks[3].id, Uuid::nil()]), ..any() });
    filters
}

/// All conditions of both.
fn both(a: &Filter, b: &Filter) -> Filter {
    let (a, b) = (a.clone(), b.clone());
    Filter {
        id: a.id.and(b.id),
        status: a.status.and(b.status),
        kind: a.kind.and(b.kind),
        queue: a.queue.and(b.queue),
        priority: a.priority.and(b.priority),
        reference: a.reference.and(b.reference),
        created_at: a.created_at.and(b.created_at),
    }
}

#[tokio::test]
async fn sql_and_memory_agree_about_every_condition_and_every_pair() {
    let stage = Stage::new().await;
    let tasks = fill(&stage).await;
    let filters = conditions(&tasks);
    let page = Page { limit: 100, ..Page::default() };
    let mut sizes = BTreeSet::new();
    for (n, a) in filters.iter().enumerate() {
        for b in &filters[n..] {
            let filter = both(a, b);
            let listed = task::list(&stage.db.api, stage.acme.id, &filter, page).await.unwrap();
            let picked: Vec<_> = tasks.iter().filter(|task| filter.matches(task, [task.status])).collect();
            assert_eq!(
                listed.iter().map(|t| t.id).collect::<Vec<_>>(),
                picked.iter().map(|t| t.id).collect::<Vec<_>>(),
                "{filter:?}"
            );
            sizes.insert(listed.len());
        }
    }
    assert!(sizes.len() > 6, "the conditions tell tasks apart: {sizes:?}");
}

#[tokio::test]
async fn a_change_concerns_a_filter_when_the_task_was_in_one_of_its_states() {
    let stage = Stage::new().await;
    let staged = stage.in_state(Done).await;
    let task = stage.task(staged.id).await.into();
    let failed = Filter { status: Condition::one_of([Failed]), ..Filter::default() };
    assert!(failed.matches(&task, [Failed, Pending]) && failed.matches(&task, [Running, Failed]));
    assert!(!failed.matches(&task, [Running, Pending]) && !failed.matches(&task, []));
    assert!(Filter::default().matches(&task, []));
}
