//! The processes as they are deployed: each under the login user that `migrate` made for it, with nothing but its rights.

use e2e::{Client, Process};
use secrecy::ExposeSecret;
use serde_json::json;
use testkit::TestDb;

const PASSWORDS: [(&str, &str); 2] =
    [("API_DB_PASSWORD", "canary-api-password"), ("WORKER_DB_PASSWORD", "canary-worker-password")];

/// The variables that lead to the database as this user.
fn as_user(db: &TestDb, user: &str, password: &str) -> Vec<(&'static str, String)> {
    let mut url = reqwest::Url::parse(db.url().expose_secret()).unwrap();
    url.set_username(user).unwrap();
    url.set_password(Some(password)).unwrap();
    let listen = [("PORT", "0".to_owned()), ("BIND_ADDRESS", "127.0.0.1".to_owned())];
    listen.into_iter().chain([("DATABASE_URL", url.to_string())]).collect()
}

#[tokio::test]
async fn a_task_is_run_by_processes_under_logins_of_their_own() {
    let db = TestDb::new().await;
    let acme = db.tenant("acme").await;
    let mut variables = vec![("DATABASE_URL", db.url().expose_secret().to_owned())];
    variables.extend(PASSWORDS.map(|(name, value)| (name, value.to_owned())));
    let mut migrate = Process::start("migrate", &variables);
    assert!(migrate.ended().await.success());
    let said = migrate.all().await;
    assert!(said.contains("\"logins\":2") && !said.contains("canary"), "{said}");

    // No DATABASE_ROLE: the session of such a login begins in its role.
    let mut api = Process::start("api", &as_user(&db, "ctap_api_login", PASSWORDS[0].1));
    let client = Client::new(&api.address().await, &acme.key);
    let mut worker = Process::start("worker", &as_user(&db, "ctap_worker_login", PASSWORDS[1].1));
    worker.address().await;
    let task = client.submit("echo", json!({"n": 1})).await;
    let id = task["id"].as_str().unwrap().to_owned();
    testkit::until("the task is done", async || (client.get(&id).await["status"] == "done").then_some(())).await;
    assert_eq!(client.audit(&id).await.len(), 3);
    for process in [&mut api, &mut worker] {
        assert!(process.terminate().await.0.success());
        let said = process.all().await;
        assert!(!said.contains("permission denied") && !said.contains("canary"), "{said}");
    }
    db.assert_invariants().await;
}
