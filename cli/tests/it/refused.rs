//! Starts that cannot be, each with one line that says why.

use std::ffi::OsString;
use std::net::TcpListener;

use crate::dev::{Api, Dev, ctap, output, refusal};
use crate::home::Home;

#[tokio::test]
async fn a_second_dev_on_the_same_folder_is_refused_and_harms_nothing() {
    let home = Home::new();
    let dev = Dev::start(&home).await;
    let data_dir = home.data_dir();
    let data_dir = data_dir.to_str().expect("a plain path");
    for flags in [["--port", "0"].as_slice(), &["--port", "0", "--reset"]] {
        let mut second = ctap(["dev", "--data-dir", data_dir]);
        second.args(flags);
        let line = refusal(&output(second), 1);
        assert!(line.contains("in use by another `ctap dev`") && line.contains(&format!("(pid {})", dev.pid())), "{line}");
    }
    let api = Api::of(&home);
    let id = api.submit("echo", serde_json::json!({})).await;
    api.reaches(&id, "done").await;
    dev.stop().await;
}

#[tokio::test]
async fn a_taken_port_gives_way_to_the_next_free_one_and_that_is_said() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let wanted = taken.local_addr().unwrap().port();
    let mut dev = Dev::spawn_with(&home, &["--port", &wanted.to_string()], &[]);
    dev.ready().await;
    let url = Api::of(&home).text("url").to_owned();
    let port: u16 = url.rsplit(':').next().unwrap().parse().unwrap();
    assert!(port > wanted && port - wanted < 100, "{url} for {wanted}");
    dev.says(&format!("port {wanted} is taken, using {port}")).await;
    dev.stop().await;
}

#[test]
fn without_postgresql_one_line_says_what_to_do() {
    let home = Home::new();
    let data_dir = home.data_dir();
    let mut command = ctap(["dev", "--data-dir", data_dir.to_str().expect("a plain path")]);
    command.env("LOCALPG_BIN", home.path());
    let line = refusal(&output(command), 1);
    assert!(line.contains("LOCALPG_BIN") && line.contains("initdb"), "{line}");
    assert!(!home.dev_json().exists());
}

#[test]
fn mistakes_in_flags_and_variables_are_named_before_anything_starts() {
    let home = Home::new();
    let run = |flags: &[&str], variables: &[(&str, &str)]| {
        let mut command = ctap(["dev", "--data-dir", home.data_dir().to_str().expect("a plain path")]);
        let variables = variables.iter().map(|(name, value)| (name, OsString::from(value)));
        command.args(flags).envs(variables);
        refusal(&output(command), 2)
    };
    let url = ("DATABASE_URL", "postgres://u:canary@127.0.0.1:1/ctap");
    for (line, names) in [
        (run(&["--port", "70000"], &[]), ["--port", "65535"]),
        (run(&["--reset"], &[url]), ["--reset", "DATABASE_URL"]),
        (run(&[], &[("DATABASE_URL", "mysql://u:canary@host/db")]), ["DATABASE_URL: must be", "postgres://"]),
        (run(&[], &[("LEASE_SECONDS", "0")]), ["LEASE_SECONDS: must be", "1 to 600"]),
        (run(&[], &[("LOG_FORMAT", "canary")]), ["LOG_FORMAT: must be", "json or text"]),
    ] {
        assert!(names.iter().all(|name| line.contains(name)) && !line.contains("canary"), "{line}");
    }
    assert!(!home.data_dir().exists());
}
