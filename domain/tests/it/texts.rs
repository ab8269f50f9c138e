//! Long texts: read when they are asked for, and no more than are allowed.

use domain::TaskStatus::Done;
use domain::page::{End, Page};
use domain::task::{self, Filter, Listed, Texts, Wanted};
use serde_json::json;
use testkit::new_task;
use uuid::Uuid;

use crate::stage::Stage;

/// A payload of `{"a":0}`, so many times.
const ITEMS: usize = 1_000;
const BYTES: usize = 8 * ITEMS + 1;

async fn fill(stage: &Stage, count: usize) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(stage.db.submit(&stage.acme, new_task("echo", json!(vec![json!({"a": 0}); ITEMS]))).await.id);
    }
    ids.reverse();
    ids
}

async fn listed(stage: &Stage, page: Page, wanted: Wanted, most: usize) -> Listed {
    task::list_with_texts(&stage.db.api, stage.acme.id, &Filter::default(), page, wanted, most).await.unwrap()
}

fn ids(listed: &Listed) -> Vec<Uuid> {
    listed.tasks.iter().map(|(task, _)| task.id).collect()
}

#[tokio::test]
async fn a_text_is_held_as_its_bytes_without_the_spaces_of_the_database() {
    let stage = Stage::new().await;
    let id = fill(&stage, 1).await[0];
    let task = stage.task(id).await;
    assert_eq!(task.payload.as_str().len(), BYTES);
    assert!(task.payload.as_str().starts_with("[{\"a\":0},{\"a\":0},"));
    assert_eq!(domain::json::tree(&task.payload).unwrap(), json!(vec![json!({"a": 0}); ITEMS]));
    // What is held of a task without them does not depend on them.
    assert!(size_of::<task::Head>() < 600, "{}", size_of::<task::Head>());
    assert_eq!(task::head(&stage.db.api, stage.acme.id, id).await.unwrap(), Some(task.into()));
}

#[tokio::test]
async fn a_page_ends_where_its_texts_would_be_too_long_whichever_way_it_is_read() {
    let stage = Stage::new().await;
    let all = fill(&stage, 6).await;
    let (first, wanted) = (Page { limit: 5, ..Page::default() }, Wanted { payload: true, result: false });
    let page = listed(&stage, first, wanted, 3 * BYTES).await;
    assert_eq!((ids(&page), page.cut), (all[..3].to_vec(), true));
    assert_eq!(page.tasks.iter().map(|(_, texts)| texts.bytes()).sum::<usize>(), 3 * BYTES);
    let page = listed(&stage, Page { after: Some(all[2]), ..first }, wanted, 3 * BYTES).await;
    assert_eq!((ids(&page), page.cut), (all[3..].to_vec(), false));
    // Backward it is the far end that is left out.
    let page = listed(&stage, Page { end: End::Last, ..first }, wanted, 2 * BYTES).await;
    assert_eq!((ids(&page), page.cut), (all[4..].to_vec(), true));
    // One is always there.
    let page = listed(&stage, first, wanted, 1).await;
    assert_eq!((ids(&page), page.cut), (all[..1].to_vec(), true));
    // What is not asked for costs nothing; the connection is good for the next read.
    let page = listed(&stage, first, Wanted::default(), 0).await;
    assert_eq!((ids(&page), page.cut), (all[..5].to_vec(), false));
    assert!(page.tasks.iter().all(|(_, texts)| *texts == Texts::default()));
}

#[tokio::test]
async fn texts_by_id_are_all_there_or_refused() {
    let stage = Stage::new().await;
    let done = stage.in_state(Done).await.id;
    let mut all = fill(&stage, 3).await;
    let other = stage.db.tenant("other").await;
    let db = &stage.db.api;
    let read = async |tenant: Uuid, ids: &[Uuid], most| task::texts(db, tenant, ids, Wanted::ALL, most).await.unwrap();
    assert_eq!(read(stage.acme.id, &all, 2 * BYTES).await, None);
    all.extend([done, Uuid::now_v7()]);
    let found = read(stage.acme.id, &all, usize::MAX).await.unwrap();
    assert_eq!(found.len(), 4);
    assert!(found[&done].payload.is_some() && found[&done].result.is_some());
    assert!(found[&all[0]].result.is_none());
    assert!(read(other.id, &all, usize::MAX).await.unwrap().is_empty());
}
