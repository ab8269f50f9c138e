//! The first minutes with the product.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::dev::{Api, Dev};
use crate::home::Home;

#[tokio::test]
async fn what_is_printed_can_be_pasted_and_the_task_runs() {
    let home = Home::new();
    let dev = Dev::start(&home).await;
    let api = Api::of(&home);
    let printed = dev.printed();

    let place =
        |what: &str| printed.iter().position(|line| line.contains(what)).unwrap_or_else(|| panic!("{what} in {printed:?}"));
    let url = api.text("url");
    let expected = [
        format!("GraphQL    {url}/graphql"),
        format!("GraphiQL   {url}/graphiql#key={}", api.text("api_key")),
        format!("REST       {url}/v1/tasks"),
        format!("WebSocket  {}", api.text("ws_url")),
        format!("API key    {}", api.text("api_key")),
        "Tenant     default".to_owned(),
        "curl ".to_owned(),
        "Ctrl-C".to_owned(),
    ];
    let places = expected.each_ref().map(|text| place(text));
    assert!(places.is_sorted(), "{printed:?}");

    let page = api.request(Method::GET, "/graphiql", api.text("api_key")).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);

    let id = paste(&api, printed[place("curl ")].trim()).await;
    let task = api.reaches(&id, "done").await;
    assert_eq!((&task["result"], &task["kind"]), (&task["payload"], &"echo".into()));
    let trail = api.trail(&id).await;
    let actions: Vec<_> = trail.iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["task.created", "task.started", "task.completed"]);
    assert!(trail[0]["actor"].as_str().unwrap().starts_with("user:"), "{trail:?}");
    for row in &trail[1..] {
        assert!(row["actor"].as_str().unwrap().starts_with("worker:") && row["attempt"] == 1, "{row}");
    }
    dev.stop().await;
}

#[tokio::test]
async fn dev_json_tells_programs_and_is_for_its_owner_alone() {
    let home = Home::new();
    let dev = Dev::start(&home).await;
    let api = Api::of(&home);
    let url = api.text("url");
    assert_eq!(api.text("graphql_url"), format!("{url}/graphql"));
    assert_eq!(api.text("ws_url"), format!("{}/graphql", url.replacen("http", "ws", 1)));
    assert!(api.text("database_url").starts_with("postgres://"));
    assert_eq!(api.state["pid"], dev.pid());
    for name in ["dev.json", "key"] {
        let mode = std::fs::metadata(home.data_dir().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(std::fs::read_to_string(home.data_dir().join(".gitignore")).unwrap(), "*\n");
    // Everything but health wants the key, also here.
    let path = "/v1/tasks/00000000-0000-7000-8000-000000000000";
    let refused = api.request(Method::GET, path, "not-a-key").send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(api.get(path).await.0, StatusCode::NOT_FOUND);
    dev.stop().await;
}

/// Runs the line as a shell does; where there is no curl, sends the same request. The id of the task.
async fn paste(api: &Api, line: &str) -> String {
    let has_curl = Command::new("curl").arg("--version").output().is_ok();
    let answer = if has_curl {
        let output = Command::new("sh").args(["-c", line]).env("NO_PROXY", "*").output().expect("sh");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    } else {
        send(api, line).await
    };
    assert!(answer["id"].is_string(), "no id in {answer}");
    answer["id"].as_str().unwrap_or_default().to_owned()
}

async fn send(api: &Api, line: &str) -> Value {
    let url = line.split(' ').find(|word| word.starts_with("http")).expect("a URL");
    let quoted: Vec<&str> = line.split('\'').skip(1).step_by(2).collect();
    let (body, headers) = quoted.split_last().expect("a body");
    let path = url.strip_prefix(api.text("url")).expect("our URL");
    let mut request = api.request(Method::POST, path, api.text("api_key")).body((*body).to_owned());
    for (name, value) in headers.iter().filter_map(|header| header.split_once(": ")).filter(|(name, _)| *name != "Authorization")
    {
        request = request.header(name, value);
    }
    request.send().await.expect("an answer").json().await.expect("JSON")
}
