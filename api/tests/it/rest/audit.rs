//! The trail of a task.

use serde_json::{Value, json};

use crate::support::{TestApi, problem};

#[tokio::test]
async fn the_trail_tells_every_change_oldest_first() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let task = api.submit(&acme).await;
    api.cancel(&acme, &task).await;
    api.retry(&acme, &task).await;

    let id = task["id"].as_str().unwrap();
    let trail: Value = api.get(&acme, &format!("/v1/tasks/{id}/audit")).await.json().await.unwrap();
    let of = |name: &str| trail["items"].as_array().unwrap().iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("action"), ["task.created", "task.cancelled", "task.retried"]);
    assert_eq!(of("seq"), [1, 2, 3]);
    assert_eq!(of("statusBefore"), [Value::Null, json!("pending"), json!("cancelled")]);
    assert_eq!(of("statusAfter"), ["pending", "cancelled", "pending"]);
    assert_eq!(of("actor"), vec![json!(format!("user:{}", acme.user_id)); 3]);
    assert_eq!(of("taskId"), vec![json!(id); 3]);
    assert!(of("timestamp").iter().all(|at| at.as_str().unwrap().ends_with('Z')));
    assert_eq!(trail["next"], Value::Null);
    api.db.assert_invariants().await;
}

#[tokio::test]
async fn pages_join_without_gap_or_repeat() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let task = api.submit(&acme).await;
    for _ in 0..2 {
        api.cancel(&acme, &task).await;
        api.retry(&acme, &task).await;
    }
    let path = format!("/v1/tasks/{}/audit?limit=2", task["id"].as_str().unwrap());
    let (mut seen, mut sizes, mut next) = (Vec::new(), Vec::new(), String::new());
    loop {
        let page: Value = api.get(&acme, &format!("{path}{next}")).await.json().await.unwrap();
        let items = page["items"].as_array().unwrap();
        sizes.push(items.len());
        seen.extend(items.iter().map(|row| row["seq"].as_i64().unwrap()));
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!((seen, sizes), (vec![1, 2, 3, 4, 5], vec![2, 2, 1]));
}

#[tokio::test]
async fn a_full_last_page_has_no_next() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let task = api.submit(&acme).await;
    let page: Value =
        api.get(&acme, &format!("/v1/tasks/{}/audit?limit=1", task["id"].as_str().unwrap())).await.json().await.unwrap();
    assert_eq!((page["items"].as_array().unwrap().len(), &page["next"]), (1, &Value::Null));
}

#[tokio::test]
async fn a_cursor_of_another_task_is_refused() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let (one, two) = (api.submit(&acme).await, api.submit(&acme).await);
    api.cancel(&acme, &one).await;
    let page: Value =
        api.get(&acme, &format!("/v1/tasks/{}/audit?limit=1", one["id"].as_str().unwrap())).await.json().await.unwrap();
    let cursor = page["next"].as_str().unwrap();
    for bad in [cursor, "x", "", &cursor[1..]] {
        let path = format!("/v1/tasks/{}/audit?cursor={bad}", two["id"].as_str().unwrap());
        problem(api.get(&acme, &path).await, 400, "INVALID_CURSOR").await;
    }
}
