//! What the environment changes in a `dev`.

use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::json;
use testkit::EmptyDb;

use crate::dev::{Api, Dev};
use crate::home::Home;

#[tokio::test]
async fn graphiql_and_private_targets_can_be_turned_off() {
    let home = Home::new();
    let off = [("GRAPHIQL", "false".into()), ("HTTP_ALLOW_PRIVATE", "false".into())];
    let mut dev = Dev::spawn_with(&home, &["--port", "0"], &off);
    dev.ready().await;
    let api = Api::of(&home);
    assert!(!dev.printed().iter().any(|line| line.contains("GraphiQL")), "{:?}", dev.printed());
    let page = api.request(Method::GET, "/graphiql", api.text("api_key")).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
    let id = api.submit("http", json!({ "url": "https://127.0.0.1/hook" })).await;
    api.reaches(&id, "failed").await;
    dev.stop().await;
}

#[tokio::test]
async fn a_database_that_is_named_is_set_up_and_used_instead_of_a_private_one() {
    let database = EmptyDb::new().await;
    let home = Home::new();
    let variables = [("DATABASE_URL", database.url().expose_secret().into()), ("PGSSLMODE", "disable".into())];
    let mut dev = Dev::spawn_with(&home, &["--port", "0"], &variables);
    dev.ready().await;
    let api = Api::of(&home);
    assert_eq!(api.text("database_url"), database.url().expose_secret());
    let id = api.submit("echo", json!({ "whose": "mine" })).await;
    api.reaches(&id, "done").await;
    assert!(!home.data_dir().join("postgres").exists());
    dev.stop().await;
    assert!(!home.dev_json().exists());
}
