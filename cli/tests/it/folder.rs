//! Where the data is.

use nix::unistd::geteuid;
use reqwest::StatusCode;
use serde_json::json;

use crate::dev::{Api, Dev};
use crate::home::Home;

#[tokio::test]
async fn reset_starts_over() {
    let home = Home::new();
    let dev = Dev::start(&home).await;
    let before = Api::of(&home);
    let id = before.submit("echo", json!({})).await;
    before.reaches(&id, "done").await;
    dev.stop().await;

    let mut dev = Dev::spawn_with(&home, &["--port", "0", "--reset"], &[]);
    dev.ready().await;
    let after = Api::of(&home);
    assert_ne!(after.text("api_key"), before.text("api_key"));
    assert_eq!(after.get(&format!("/v1/tasks/{id}")).await.0, StatusCode::NOT_FOUND);
    dev.stop().await;
}

#[tokio::test]
async fn a_home_that_only_its_owner_can_enter_is_no_obstacle() {
    let home = Home::closed();
    let dev = Dev::start(&home).await;
    let api = Api::of(&home);
    let id = api.submit("echo", json!({ "at": "home" })).await;
    api.reaches(&id, "done").await;
    let cluster = home.cluster();
    let told = dev.said().iter().any(|line| line.contains(cluster.to_str().expect("a plain path")));
    let moved = !cluster.starts_with(home.path());
    assert_eq!((moved, told), (geteuid().is_root(), geteuid().is_root()), "{:?}", dev.said());
    dev.stop().await;

    // The next start finds it there again.
    let dev = Dev::start(&home).await;
    Api::of(&home).reaches(&id, "done").await;
    dev.stop().await;
}
