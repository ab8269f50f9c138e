//! A database of one's own.

use secrecy::ExposeSecret as _;
use serde_json::json;
use testkit::EmptyDb;

use crate::dev::{Api, Dev};
use crate::home::Home;

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
