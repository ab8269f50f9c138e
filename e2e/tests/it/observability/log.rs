//! Every line of every process keeps the contract that `docs/LOGGING.md` states; its tables are what is tested.

use std::collections::{BTreeMap, BTreeSet};

use e2e::{Process, System};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use testkit::{EmptyDb, until};

const LOGGING: &str = include_str!("../../../../docs/LOGGING.md");
const PROJECT: &str = "ctap-test-1";

/// The rows of the table below a heading: the names in the first column, and what the last one says.
fn table(heading: &str) -> BTreeMap<String, String> {
    let (_, below) = LOGGING.split_once(&format!("## {heading}\n")).unwrap();
    let section = below.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    rows.map(cells).map(|cells| (cells[0].trim_matches('`').to_owned(), cells.last().unwrap().clone())).collect()
}

/// The names in backticks; one with a question mark may be missing.
fn fields(cell: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let names: Vec<_> = cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let (optional, needed): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| name.ends_with('?'));
    (needed.into_iter().collect(), optional.into_iter().map(|name| name.trim_end_matches('?').to_owned()).collect())
}

/// Checks all that a process has said; answers its lines.
fn checked(log: &str, service: &str) -> Vec<Value> {
    let (events, always, sometimes) = (table("Events"), table("Every line"), table("Where it belongs"));
    let check = |text: &str| {
        let line: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let names: BTreeSet<_> = line.as_object().unwrap().keys().cloned().collect();
        for name in always.keys() {
            assert!(line[name].is_string(), "{name} is missing: {text}");
        }
        assert_eq!(line["service"], service, "{text}");
        assert!(["DEBUG", "INFO", "WARNING", "ERROR"].contains(&line["severity"].as_str().unwrap()), "{text}");
        let time = line["time"].as_str().unwrap();
        assert!(time.len() == 27 && time.ends_with('Z') && time.as_bytes()[10] == b'T', "{text}");
        let trace = line["trace_id"].as_str().map(|trace| format!("projects/{PROJECT}/traces/{trace}"));
        assert_eq!(line["logging.googleapis.com/trace"].as_str(), trace.as_deref(), "{text}");
        assert_eq!(line["logging.googleapis.com/spanId"], line["span_id"], "{text}");
        if let Some(event) = line["event"].as_str() {
            let (needed, optional) = fields(events.get(event).unwrap_or_else(|| panic!("{event} is not in the table")));
            assert!(needed.iter().all(|name| names.contains(name)), "{event} needs {needed:?}: {text}");
            let known = |name: &String| {
                name == "event"
                    || [&always, &sometimes].iter().any(|table| table.contains_key(name))
                    || [&needed, &optional].iter().any(|fields| fields.contains(name))
            };
            let unknown: Vec<_> = names.iter().filter(|name| !known(name)).collect();
            assert!(unknown.is_empty(), "{event} says {unknown:?}, which its row does not name: {text}");
        }
        line
    };
    log.lines().map(check).collect()
}

fn events<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

fn is_subscription(line: &Value, transport: &str) -> bool {
    line["event"] == "operation" && line["transport"] == transport && line["operation"] == "subscription"
}

#[tokio::test]
async fn every_line_keeps_the_contract_and_a_trace_goes_from_the_request_to_the_attempt() {
    let variables = [("GOOGLE_CLOUD_PROJECT", PROJECT), ("LOG", "debug"), ("STATS_SECONDS", "1")];
    let system = System::start_with(&variables).await;
    let mut worker = system.worker().await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let submit = system.client.request(Method::POST, "/v1/tasks").json(&json!({"kind": "echo", "payload": 1}));
    let submit = submit.header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01")).send().await.unwrap();
    let id = submit.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    system.until_status(&id, "done").await;
    // A failure, a mistake, an unknown path, another transport.
    let fails = system.client.submit_with(json!({"kind": "http", "payload": {"url": "http://127.0.0.1:9/"}, "maxAttempts": 1}));
    system.until_status(fails.await["id"].as_str().unwrap(), "failed").await;
    system.client.graphql("query Mine { viewer { keyId } }", json!({})).await;
    let bad = system.client.request(Method::POST, "/graphql").json(&json!({"query": "{ nonsense }"})).send().await.unwrap();
    assert_eq!(bad.status(), 200);
    system.client.request(Method::GET, "/v1/nowhere").send().await.unwrap();
    let mut socket = system.client.socket().await;
    let query = "subscription Mine($id: ID!) { taskUpdated(id: $id) { version } }";
    let subscription = socket.subscribe(query, json!({"id": id})).await;
    socket.next(&subscription).await;
    drop(socket);
    let stream = system.client.request(Method::POST, "/graphql").header("accept", "text/event-stream");
    let stream = stream.json(&json!({"query": query, "variables": {"id": id}})).send().await.unwrap();
    drop(stream);
    let over = |transport| system.api.records().iter().any(|line| is_subscription(line, transport)).then_some(());
    until("both streams are over", async || over("websocket").and(over("sse"))).await;
    until("a line of stats", async || worker.records().iter().any(|line| line["event"] == "queue_stats").then_some(())).await;

    let mut api = system.api;
    api.terminate().await;
    worker.terminate().await;
    let (api, worker) = (checked(&api.all().await, "ctap-api"), checked(&worker.all().await, "ctap-worker"));
    let operations = events(&api, "operation");
    let of = |name: &str| *operations.iter().find(|line| line["operation"] == name).unwrap_or_else(|| panic!("{name}: {api:#?}"));
    let submitted = of("POST /v1/tasks");
    assert_eq!((&submitted["trace_id"], &submitted["outcome"]), (&json!(trace), &json!("ok")));
    assert!(submitted["tenant_id"].is_string() && submitted["request_id"].is_string(), "{submitted}");
    assert_eq!((&of("query")["name"], of("query")["points"].as_u64() > Some(0)), (&json!("Mine"), true));
    assert!(operations.iter().any(|line| line["code"] == "GRAPHQL_VALIDATION_FAILED"), "{operations:#?}");
    for transport in ["websocket", "sse"] {
        let stream = operations.iter().find(|line| is_subscription(line, transport));
        assert!(stream.is_some_and(|line| line["request_id"].is_string()), "{transport}: {operations:#?}");
    }

    let attempts = events(&worker, "attempt");
    let done = attempts.iter().find(|line| line["task_id"] == *id).unwrap();
    assert_eq!((&done["trace_id"], &done["outcome"]), (&json!(trace), &json!("complete")));
    let failed = attempts.iter().find(|line| line["outcome"] != "complete").unwrap();
    assert_eq!((&failed["severity"], failed["code"].is_string()), (&json!("INFO"), true), "{failed}");
}

#[tokio::test]
async fn the_migration_keeps_the_contract_too() {
    let db = EmptyDb::new().await;
    let variables = [("DATABASE_URL", db.url().expose_secret().to_owned()), ("GOOGLE_CLOUD_PROJECT", PROJECT.to_owned())];
    let mut migrate = Process::start("migrate", &variables);
    assert!(migrate.ended().await.success(), "{}", migrate.log());
    assert!(!checked(&migrate.all().await, "ctap-migrate").is_empty());
}
