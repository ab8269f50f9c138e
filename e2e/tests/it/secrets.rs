//! Planted secrets are in no log, no answer and no audit row of the real binaries.

use domain::access::ApiKey;
use e2e::{Process, System};
use reqwest::Method;
use sea_orm::{ConnectionTrait, DbBackend, Statement, TryGetable};
use secrecy::ExposeSecret;
use serde_json::json;
use testkit::{Issuer, Role};

/// Everything that the database holds as text, but the tasks themselves.
async fn rows(system: &System) -> String {
    let mut all = String::new();
    for table in ["audit_logs", "audit_origins", "api_keys", "users", "tenants", "queues", "leases"] {
        let sql = format!("SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM {table} t");
        let row = system.db.owner.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
        all.push_str(&String::try_get_by_index(&row, 0).unwrap());
    }
    all
}

#[tokio::test]
async fn a_planted_secret_is_found_nowhere() {
    let issuer = Issuer::start().await;
    let mut variables: Vec<(&'static str, &str)> = vec![("LOG", "debug")];
    let own = issuer.variables();
    variables.extend(own.iter().map(|(name, value)| (*name, value.as_str())));
    let system = System::start_with(&variables).await;
    let mut worker = system.worker().await;
    // Keys: good, unknown, made over the API; a token; what stands in a payload and in a reason's neighbourhood.
    let unknown = ApiKey::generate("prod").secret().expose_secret().to_owned();
    let mut claims = issuer.claims("acme", "zoe");
    claims["scope"] = json!("tasks:read");
    let token = issuer.sign(&claims);
    let payload = "canary-in-the-payload";
    let task = system.client.submit("echo", json!({"password": payload})).await;
    system.until_status(task["id"].as_str().unwrap(), "done").await;
    let create = "mutation { createApiKey(input: {name: \"new\", scopes: [TASKS_READ]}) { secret apiKey { id } } }";
    let made = system.client.graphql(create, json!({})).await["createApiKey"].clone();
    let made_secret = made["secret"].as_str().unwrap().to_owned();
    let mut answers = String::new();
    for credentials in [&unknown, &token, &made_secret, &format!("{token}x"), &format!("{}x", system.acme.key)] {
        for path in ["/v1/tasks", "/v1/tasks/nonsense", "/graphql?query=%7Bviewer%7BkeyId%7D%7D", "/nowhere"] {
            let request = e2e::Client::new(&system.client.address, credentials).request(Method::GET, path);
            answers.push_str(&request.send().await.unwrap().text().await.unwrap().replace(payload, "its owner's"));
        }
    }
    let revoke = "mutation($id: ID!) { revokeApiKey(input: {id: $id}) { apiKey { keyId name live } } }";
    answers.push_str(&system.client.graphql(revoke, json!({"id": made["apiKey"]["id"]})).await.to_string());
    let stored = rows(&system).await;
    let password = system.db.url().expose_secret().parse::<url::Url>().unwrap().password().unwrap_or_default().to_owned();
    let mut api = system.api;
    let (ended, _) = api.terminate().await;
    assert!(ended.success());
    worker.terminate().await;
    let logs = format!("{}\n{}", api.log(), worker.log());
    let tail = |key: &str| key.rsplit('_').next().unwrap().to_owned();
    let signature = token.rsplit('.').next().unwrap().to_owned();
    for secret in [tail(&system.acme.key), tail(&unknown), tail(&made_secret), signature, payload.to_owned(), password] {
        for (place, text) in [("the log", &logs), ("an answer", &answers), ("a row", &stored)] {
            assert!(secret.is_empty() || !text.contains(&secret), "{secret} is in {place}");
        }
    }
}

#[tokio::test]
async fn a_process_that_cannot_start_says_why_without_its_secrets() {
    let secret = "canary-of-the-configuration";
    let pem = format!("-----BEGIN PUBLIC KEY-----\\n{secret}\\n-----END PUBLIC KEY-----");
    let url = format!("postgres://ann:{secret}@db.example/ctap?sslmode=disable");
    for (name, variables) in [
        ("api", vec![("DATABASE_URL", url.clone())]),
        ("worker", vec![("DATABASE_URL", url.clone())]),
        ("api", vec![("JWT_ISSUER", "https://id.example".into()), ("JWT_AUDIENCE", "ctap".into()), ("JWT_PUBLIC_KEY", pem)]),
        ("api", vec![("JWT_HS256_SECRET", secret.repeat(2)), ("JWT_ISSUER", "x".into()), ("JWT_AUDIENCE", "x".into())]),
        ("api", vec![("JWT_ISSUE", secret.into())]),
    ] {
        let db = testkit::TestDb::new().await;
        let mut all = db.environment(if name == "api" { Role::Api } else { Role::Worker });
        all.extend(variables);
        let mut process = Process::start(name, &all);
        let status = process.ended().await;
        assert_eq!(status.code(), Some(2), "{}", process.log());
        testkit::until("it has said why", async || (!process.log().trim().is_empty()).then_some(())).await;
        assert!(!process.log().contains(secret), "{}", process.log());
    }
}
