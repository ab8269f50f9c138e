//! `/metrics`, on a port of its own.

use std::collections::BTreeMap;

use e2e::{Process, System};
use reqwest::Method;
use serde_json::json;
use testkit::until;

const METRICS: &str = include_str!("../../../../docs/METRICS.md");

async fn address(process: &Process) -> String {
    until("the process says where its metrics are", async || {
        let records = process.records();
        let line = records.iter().find(|line| line["message"] == "metrics are served")?;
        line["address"].as_str().map(str::to_owned)
    })
    .await
}

/// Name with labels to value, as a scraper reads the text.
async fn scrape(address: &str) -> BTreeMap<String, f64> {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(format!("http://{address}/metrics")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text; version=1.0.0"));
    let text = answer.text().await.unwrap();
    assert!(text.ends_with("# EOF\n"), "{text}");
    let values = text.lines().filter(|line| !line.starts_with('#'));
    values.map(|line| line.rsplit_once(' ').unwrap()).map(|(name, value)| (name.to_owned(), value.parse().unwrap())).collect()
}

/// Every name is in the documentation, and nothing a client chose is in a label.
fn assert_documented(figures: &BTreeMap<String, f64>, canary: &str) {
    for name in figures.keys() {
        let plain = name.split('{').next().unwrap();
        let known = |suffix: &str| plain.strip_suffix(suffix).is_some_and(|name| METRICS.contains(&format!("| `{name}` |")));
        assert!(["", "_total", "_bucket", "_sum", "_count"].into_iter().any(known), "{plain} is not in docs/METRICS.md");
        assert!(!name.contains(canary), "{name}");
    }
}

#[tokio::test]
async fn both_processes_tell_their_figures() {
    let system = System::start_with(&[("METRICS_PORT", "0"), ("STATS_SECONDS", "1")]).await;
    let worker = system.worker().await;
    let (api_at, worker_at) = (address(&system.api).await, address(&worker).await);
    let mut socket = system.client.socket().await;
    socket.subscribe("subscription Canary { taskUpdated(filter: {}) { version } }", json!({})).await;
    until("the subscription runs", async || (scrape(&api_at).await["ctap_socket_operations"] > 0.0).then_some(())).await;
    for n in 0..3 {
        let task = system.client.submit("echo", json!(n)).await;
        system.until_status(task["id"].as_str().unwrap(), "done").await;
    }
    system.client.request("CANARY".parse::<Method>().unwrap(), "/v1/tasks").send().await.unwrap();
    system.client.request(Method::GET, "/v1/tasks/Canary").send().await.unwrap();

    let api = until("the change was delivered", async || {
        let api = scrape(&api_at).await;
        (api["ctap_change_delivery_seconds_count"] > 0.0).then_some(api)
    })
    .await;
    let of = |name: &str| *api.get(name).unwrap_or_else(|| panic!("{name}: {api:#?}"));
    assert!(of("ctap_operations_total{transport=\"rest\",operation=\"POST /v1/tasks\",outcome=\"ok\"}") >= 3.0);
    assert!(of("ctap_operation_seconds_count{transport=\"rest\",operation=\"POST /v1/tasks\"}") >= 3.0);
    assert!(of("ctap_errors_total{code=\"BAD_USER_INPUT\"}") >= 1.0);
    assert_eq!(of("ctap_sockets"), 1.0);
    assert!(of("ctap_pool_connections_max") >= of("ctap_pool_connections"));
    assert_eq!(of("ctap_audit_write_failures_total"), 0.0);
    assert_documented(&api, "anary");

    let worker = until("three were reported and the queue's figures are there", async || {
        let worker = scrape(&worker_at).await;
        let done = worker.get("ctap_tasks_total{outcome=\"done\"}").is_some_and(|done| *done >= 3.0);
        (done && worker.contains_key("ctap_queue_pending")).then_some(worker)
    })
    .await;
    let of = |name: &str| *worker.get(name).unwrap_or_else(|| panic!("{name}: {worker:#?}"));
    assert!(of("ctap_attempts_total{kind=\"echo\",end=\"complete\"}") >= 3.0);
    assert!(of("ctap_task_wait_seconds_count") >= 3.0);
    assert!(of("ctap_claims_total{result=\"tasks\"}") >= 1.0);
    assert_eq!(of("ctap_slots"), 32.0);
    assert_documented(&worker, "anary");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let clients_port = client.get(format!("http://{}/metrics", system.client.address)).send().await.unwrap();
    assert_eq!(clients_port.status(), 404, "the clients' port does not tell them");
}
