//! REST paths, methods, parameters; and what a task's state does not allow.

use reqwest::header::{ACCEPT, ALLOW, CONTENT_TYPE};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// The answer to a GET of a path as it is written.
async fn plain(system: &System, path: &str) -> String {
    let mut stream = TcpStream::connect(system.client.address.trim_start_matches("http://")).await.unwrap();
    let key = &system.client.key;
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn what_is_no_path_method_or_parameter_is_a_problem() {
    let system = System::start().await;
    let task = system.client.submit("echo", json!({})).await;
    let id = task["id"].as_str().unwrap();
    let problem = async |method: Method, path: &str| {
        let answer = system.client.request(method.clone(), path).send().await.unwrap();
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json", "{method} {path}");
        let allow = answer.headers().get(ALLOW).is_some();
        let (status, body) = read(answer).await;
        assert_eq!(body["status"], status, "{body}");
        (status, allow)
    };
    for (method, path) in [
        (Method::DELETE, "/v1/tasks".into()),
        (Method::PUT, format!("/v1/tasks/{id}")),
        (Method::GET, format!("/v1/tasks/{id}/cancel")),
    ] {
        assert_eq!(problem(method, &path).await, (405, true), "{path}");
    }
    let unknown = ["/v1", "/v1/task", "/v2/tasks", "/v1/tasks/", "//v1/tasks", "/v1//tasks", "/%00", "/v1/tasks%2f"];
    for path in unknown {
        assert_eq!(problem(Method::GET, path).await.0, 404, "{path}");
    }
    // A client of the web's rules would take the dots out before it asks.
    for path in ["/v1/%2e%2e/v1/tasks", "/v1/../v1/tasks", "/v1/tasks/..%2f..%2fhealth"] {
        let answer = plain(&system, path).await;
        assert!(answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.1 400"), "{path}: {answer}");
        assert!(answer.contains("application/problem+json"), "{path}: {answer}");
    }
    for path in [
        "/v1/tasks?limit=1&limit=2",
        "/v1/tasks?limit=0",
        "/v1/tasks?limit=101",
        "/v1/tasks?limit=x",
        "/v1/tasks?unknown=1",
        "/v1/tasks?status=x",
    ] {
        assert_eq!(problem(Method::GET, path).await.0, 400, "{path}");
    }
    let status = problem(Method::GET, &format!("/v1/tasks?cursor={}", "x".repeat(50_000))).await.0;
    assert!([400, 414].contains(&status), "{status}");
    for path in ["/v1/tasks".to_owned(), format!("/v1/tasks/{id}")] {
        let answer = system.client.request(Method::GET, &path).header(ACCEPT, "image/png").send().await.unwrap();
        assert_eq!(read(answer).await.0, 406, "{path}");
    }
    // hyper itself refuses a request line of more than 64 KiB, without a body.
    let answer = plain(&system, &format!("/v1/tasks?cursor={}", "x".repeat(70_000))).await;
    assert!(answer.starts_with("HTTP/1.1 414"), "{answer}");
    alive(system).await;
}

#[tokio::test]
async fn a_finished_task_cannot_be_cancelled_and_of_two_only_one_can() {
    let system = System::start().await;
    let task = system.client.submit("echo", json!({})).await;
    let path = format!("/v1/tasks/{}/cancel", task["id"].as_str().unwrap());
    let cancel = || answered(system.client.request(Method::POST, &path));
    let (one, other) = tokio::join!(cancel(), cancel());
    let mut statuses = [one.0, other.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let (_, body) = cancel().await;
    assert_eq!((code(&body), &body["taskStatus"]), ("TASK_STATE_CONFLICT", &json!("cancelled")));
    let path = format!("/v1/tasks/{}/retry", task["id"].as_str().unwrap());
    let retry = || answered(system.client.request(Method::POST, &path));
    let (one, other) = tokio::join!(retry(), retry());
    let mut statuses = [one.0, other.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let (_, body) = retry().await;
    assert_eq!((code(&body), &body["taskStatus"]), ("TASK_STATE_CONFLICT", &json!("pending")));
    alive(system).await;
}
