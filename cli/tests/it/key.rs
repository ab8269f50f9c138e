//! `ctap key create`.

use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::json;
use testkit::{EmptyDb, TestDb};

use crate::dev::{Api, Dev, ctap, output, refusal};
use crate::home::Home;

#[tokio::test]
async fn a_key_made_beside_a_running_dev_works_at_once_and_sees_its_own_tenant_only() {
    let home = Home::new();
    let dev = Dev::start(&home).await;
    let api = Api::of(&home);
    let data_dir = home.data_dir();
    let data_dir = data_dir.to_str().expect("a plain path");
    // What `dev` itself does not heed leads away from it no more here.
    let elsewhere = [("PGHOST", "127.0.0.1"), ("PGPORT", "1"), ("PGUSER", "nobody"), ("PGDATABASE", "none")];
    let mut command = ctap(create("acme", "prod").into_iter().chain(["--data-dir", data_dir]));
    command.envs(elsewhere);
    let created = output(command);
    let words = String::from_utf8(created.stderr).unwrap();
    assert!(created.status.success() && words.contains("acme") && words.contains("90 days"), "{words}");
    let printed = String::from_utf8(created.stdout).unwrap();
    let key = printed.trim_end();
    assert!(key.starts_with("ctap_prod_") && printed.lines().count() == 1, "only the key stands on stdout");
    assert!(!words.contains(key));

    let body = json!({ "kind": "echo", "payload": {} });
    let sent = api.request(Method::POST, "/v1/tasks", key).json(&body).send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::ACCEPTED);
    let task: serde_json::Value = sent.json().await.unwrap();
    let path = format!("/v1/tasks/{}", task["id"].as_str().unwrap());
    assert_eq!(api.request(Method::GET, &path, key).send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(api.get(&path).await.0, StatusCode::NOT_FOUND);

    // DATABASE_URL does lead away.
    let other = TestDb::new().await;
    let mut command = ctap(create("acme", "prod").into_iter().chain(["--data-dir", data_dir]));
    command.env("DATABASE_URL", other.url().expose_secret());
    assert!(output(command).status.success());
    assert_eq!(keys(&other).await, 1);
    dev.stop().await;
}

#[tokio::test]
async fn where_no_dev_runs_the_standard_variables_name_the_database() {
    let (home, database) = (Home::new(), TestDb::new().await);
    let data_dir = home.data_dir();
    let url = reqwest::Url::parse(database.url().expose_secret()).unwrap();
    let mut command = ctap(create("acme", "dev").into_iter().chain(["--data-dir", data_dir.to_str().unwrap()]));
    command.env("PGHOST", url.host_str().unwrap()).env("PGPORT", url.port().unwrap().to_string());
    command.env("PGUSER", url.username()).env("PGPASSWORD", url.password().unwrap());
    command.env("PGDATABASE", url.path().trim_start_matches('/'));
    let created = output(command);
    assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
    assert_eq!(keys(&database).await, 1);
}

#[tokio::test]
async fn a_bad_flag_is_named_with_its_rule_and_makes_nothing() {
    let database = TestDb::new().await;
    for (flag, value, rule) in [
        ("--tenant", "Acme", "a-z 0-9 -"),
        ("--tenant", "", "1 to 63"),
        ("--user", "", "1 to 128 bytes"),
        ("--name", "a\nb", "control characters"),
        ("--environment", "Production", "lower-case letters"),
        ("--expires-days", "0", "from 1 to 366"),
        ("--expires-days", "-3", "from 1 to 366"),
        ("--expires-days", "367", "from 1 to 366"),
    ] {
        let mut arguments = create("acme", "dev").to_vec();
        match arguments.iter().position(|argument| *argument == flag) {
            Some(at) => arguments[at + 1] = value,
            None => arguments.extend([flag, value]),
        }
        let mut command = ctap(arguments);
        command.env("DATABASE_URL", database.url().expose_secret());
        let line = refusal(&output(command), 2);
        assert!(line.contains(flag) && line.contains(rule), "{flag} {value:?}: {line}");
    }
    assert_eq!(keys(&database).await, 0);

    let mut command = ctap(create("acme", "dev"));
    command.env("DATABASE_URL", database.url().expose_secret());
    assert!(output(command).status.success());
    assert_eq!(keys(&database).await, 1);
    database.assert_invariants().await;
}

#[tokio::test]
async fn without_a_database_or_without_its_schema_it_says_what_to_do() {
    let home = Home::new();
    let data_dir = home.data_dir();
    let line = refusal(&output(ctap(create("acme", "dev").into_iter().chain(["--data-dir", data_dir.to_str().unwrap()]))), 2);
    assert!(["DATABASE_URL", "ctap dev", "PGHOST"].iter().all(|way| line.contains(way)), "{line}");

    let database = EmptyDb::new().await;
    let mut command = ctap(create("acme", "dev"));
    command.env("DATABASE_URL", database.url().expose_secret());
    let line = refusal(&output(command), 1);
    assert!(line.contains("run `migrate` first"), "{line}");
}

fn create<'a>(tenant: &'a str, environment: &'a str) -> [&'a str; 10] {
    ["key", "create", "--tenant", tenant, "--user", "jo", "--name", "ci", "--environment", environment]
}

async fn keys(database: &TestDb) -> usize {
    use sea_orm::ConnectionTrait as _;
    let rows = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, "SELECT 1 FROM api_keys");
    database.owner.query_all_raw(rows).await.expect("rows").len()
}
