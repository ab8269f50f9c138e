use std::sync::atomic::AtomicUsize;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// Serves `router` on loopback for one request and returns the whole answer.
async fn get_from(router: Router, path: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    server.abort();
    answer.to_ascii_lowercase()
}

#[tokio::test]
async fn a_sound_process_is_live_and_ready() {
    for path in ["/health/live", "/health/ready"] {
        let answer = get_from(router_with(Readiness::default(), || async { Ok(()) }), path).await;
        assert!(answer.starts_with("http/1.1 200"), "{answer}");
        assert!(answer.contains("cache-control: no-store\r\n"), "{answer}");
        assert!(answer.ends_with(r#"{"status":"ok"}"#), "{answer}");
    }
}

#[tokio::test]
async fn a_process_without_database_is_live_but_not_ready() {
    let router = router_with(Readiness::default(), || async { Err("database unreachable".to_owned()) });
    let answer = get_from(router.clone(), "/health/ready").await;
    assert!(answer.starts_with("http/1.1 503"), "{answer}");
    assert!(answer.contains("cache-control: no-store\r\n"), "{answer}");
    assert!(answer.ends_with(r#"{"reason":"database unreachable","status":"unavailable"}"#), "{answer}");
    assert!(get_from(router, "/health/live").await.starts_with("http/1.1 200"));
}

#[tokio::test]
async fn a_check_that_hangs_is_answered_in_time() {
    let router = router_within(Duration::from_millis(50), Readiness::default(), std::future::pending);
    let answer = get_from(router, "/health/ready").await;
    assert!(answer.starts_with("http/1.1 503") && answer.contains("took too long"), "{answer}");
}

#[tokio::test]
async fn a_draining_process_is_not_ready() {
    let readiness = Readiness::default();
    let router = router_with(readiness.clone(), || async { Ok(()) });
    assert!(get_from(router.clone(), "/health/ready").await.starts_with("http/1.1 200"));
    readiness.drain();
    let answer = get_from(router, "/health/ready").await;
    assert!(answer.starts_with("http/1.1 503") && answer.contains("draining"), "{answer}");
}

#[tokio::test]
async fn many_questions_at_once_are_one_check() {
    let checks = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&checks);
    let router = router_with(Readiness::default(), move || {
        let counter = Arc::clone(&counter);
        async move {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    });
    let questions: Vec<_> = (0..8).map(|_| tokio::spawn(get_from(router.clone(), "/health/ready"))).collect();
    for question in questions {
        assert!(question.await.unwrap().starts_with("http/1.1 200"));
    }
    // Two if the machine is so slow that the first answer is no longer fresh for the last question.
    assert!(checks.load(Ordering::Relaxed) <= 2);
}
