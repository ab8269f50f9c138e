//! `GET /v1/tasks`: pages, filters, links.

use serde_json::{Value, json};
use testkit::Tenant;

use crate::support::{TestApi, pointers, problem};

async fn page(api: &TestApi, tenant: &Tenant, address: &str) -> (Vec<String>, Option<String>, String) {
    let response = api.get(tenant, address).await;
    assert_eq!(response.status(), 200, "{address}");
    assert_eq!(response.headers()["cache-control"], "private, no-cache");
    let link = response.headers()["link"].to_str().unwrap().to_owned();
    let body: Value = response.json().await.unwrap();
    let ids = body["items"].as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap().to_owned());
    (ids.collect(), body["next"].as_str().map(str::to_owned), link)
}

/// The address that a `Link` header gives for a relation.
fn link<'a>(header: &'a str, relation: &str) -> Option<&'a str> {
    let links = header.split(", ").filter_map(|link| link.split_once(">; rel="));
    links.filter(|(_, named)| named.trim_matches('"') == relation).find_map(|(address, _)| address.strip_prefix('<'))
}

#[tokio::test]
async fn the_links_lead_through_all_pages_newest_first() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let mut submitted = Vec::new();
    for _ in 0..5 {
        submitted.push(api.submit(&acme).await["id"].as_str().unwrap().to_owned());
    }
    submitted.reverse();
    let (mut seen, mut sizes, mut address) = (Vec::new(), Vec::new(), "/v1/tasks?kind=echo&limit=2".to_owned());
    loop {
        let (ids, next, links) = page(&api, &acme, &address).await;
        assert_eq!(link(&links, "first"), Some("/v1/tasks?kind=echo&limit=2"));
        sizes.push(ids.len());
        seen.extend(ids);
        let following = link(&links, "next");
        assert_eq!(following.map(|address| address.rsplit_once("cursor=").unwrap().1), next.as_deref());
        match following {
            Some(following) => address = following.to_owned(),
            None => break,
        }
    }
    assert_eq!((seen, sizes), (submitted, vec![2, 2, 1]));
}

#[tokio::test]
async fn filters_choose() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    let body = |queue: &str, reference: &str| json!({"kind": "sleep", "payload": {"milliseconds": 1}, "queue": queue, "reference": reference});
    let submit = async |body: Value| {
        let task: Value = api.post(&acme, "/v1/tasks", &body).await.json().await.unwrap();
        task["id"].as_str().unwrap().to_owned()
    };
    let night = submit(body("night", "a b&c=d/ä")).await;
    let day = submit(body("day", "2")).await;
    let cancelled = api.submit(&acme).await;
    api.cancel(&acme, &cancelled).await;
    let cancelled = cancelled["id"].as_str().unwrap().to_owned();
    for (query, expected) in [
        ("", vec![&cancelled, &day, &night]),
        ("?status=cancelled", vec![&cancelled]),
        ("?status=pending", vec![&day, &night]),
        ("?status=cancelled,pending,cancelled", vec![&cancelled, &day, &night]),
        ("?status=running", vec![]),
        ("?queue=night", vec![&night]),
        ("?kind=sleep&queue=day", vec![&day]),
        ("?kind=echo&queue=day", vec![]),
        ("?kind=no%20such", vec![]),
        ("?reference=a+b%26c%3Dd%2F%C3%A4", vec![&night]),
    ] {
        let (ids, next, _) = page(&api, &acme, &format!("/v1/tasks{query}")).await;
        assert_eq!((ids.iter().collect::<Vec<_>>(), next), (expected, None), "{query}");
    }
}

#[tokio::test]
async fn a_cursor_belongs_to_its_filter_and_tenant() {
    let api = TestApi::start().await;
    let (acme, other) = (api.db.tenant("acme").await, api.db.tenant("other").await);
    for tenant in [&acme, &acme, &other, &other] {
        api.submit(tenant).await;
    }
    let (_, next, _) = page(&api, &acme, "/v1/tasks?limit=1").await;
    let cursor = next.unwrap();
    // Another limit is another page of the same list.
    assert_eq!(page(&api, &acme, &format!("/v1/tasks?limit=9&cursor={cursor}")).await.0.len(), 1);
    for (tenant, query) in [(&other, ""), (&acme, "&kind=echo"), (&acme, "x")] {
        let address = format!("/v1/tasks?limit=1&cursor={cursor}{query}");
        problem(api.get(tenant, &address).await, 400, "INVALID_CURSOR").await;
    }
    problem(api.get(&acme, "/v1/tasks?cursor=").await, 400, "INVALID_CURSOR").await;
}

#[tokio::test]
async fn every_parameter_that_breaks_a_rule_is_named() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    for (query, expected) in [
        ("limit=0&status=DONE&first=2", vec!["/first", "/limit", "/status"]),
        ("limit=1&limit=1", vec!["/limit"]),
        ("status=", vec!["/status"]),
        ("status=done,", vec!["/status"]),
        ("kind=", vec!["/kind"]),
        ("queue=a%00b", vec!["/queue"]),
        ("reference=%ff", vec![""]),
    ] {
        let refused = problem(api.get(&acme, &format!("/v1/tasks?{query}")).await, 400, "BAD_USER_INPUT").await;
        let mut named = pointers(&refused);
        named.sort_unstable();
        assert_eq!(named, expected, "{query}");
    }
}

#[tokio::test]
async fn a_page_ends_where_it_would_be_too_long_and_the_next_one_goes_on() {
    let api = TestApi::start().await;
    let acme = api.db.tenant("acme").await;
    // Some 127 KiB each, of which 32 fit into 4 MiB.
    api.db.finished_tasks(&acme, 70, &json!("x".repeat(65_000))).await;
    let (mut seen, mut sizes, mut address) = (Vec::new(), Vec::new(), "/v1/tasks?limit=100".to_owned());
    loop {
        let (ids, _, links) = page(&api, &acme, &address).await;
        sizes.push(ids.len());
        seen.extend(ids);
        match link(&links, "next") {
            Some(following) => address = following.to_owned(),
            None => break,
        }
    }
    assert_eq!(sizes, [32, 32, 6]);
    assert!(seen.is_sorted_by(|a, b| a > b), "each once, newest first");
}
