//! `GET /health/live` and `GET /health/ready`, the same in both processes. They need no key, so they tell nothing but
//! a fixed text, and asking often costs the database nothing more.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// Every answer comes within 2 s; this leaves a margin for writing it.
const LIMIT: Duration = Duration::from_millis(1_800);
/// One check answers everybody who asks within this time.
const FRESH: Duration = Duration::from_millis(500);

/// The last check: when it ended and how.
type Checked = (Instant, Result<(), String>);

/// Says whether this process takes work. A draining one answers 503 although its database is well.
#[derive(Debug, Clone, Default)]
pub struct Readiness {
    draining: Arc<AtomicBool>,
}

impl Readiness {
    /// From now on `/health/ready` answers 503.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }
}

/// The two routes; `ready` answers `Err` with our own words (never a database's) when work cannot be taken. While the
/// process drains it is not ready either.
pub fn router_with<F, Fut>(readiness: Readiness, ready: F) -> Router
where
    F: Fn() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<(), String>> + Send + 'static,
{
    router_within(LIMIT, readiness, ready)
}

fn router_within<F, Fut>(limit: Duration, readiness: Readiness, ready: F) -> Router
where
    F: Fn() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<(), String>> + Send + 'static,
{
    let last: Arc<Mutex<Option<Checked>>> = Arc::default();
    let ready = move || {
        let (last, readiness, ready) = (Arc::clone(&last), readiness.clone(), ready.clone());
        async move {
            if readiness.is_draining() {
                return unavailable("draining");
            }
            let check = async move {
                let mut last = last.lock().await;
                match &*last {
                    Some((at, result)) if at.elapsed() < FRESH => result.clone(),
                    _ => {
                        let result = ready().await;
                        *last = Some((Instant::now(), result.clone()));
                        result
                    }
                }
            };
            match timeout(limit, check).await {
                Ok(Ok(())) => ok(),
                Ok(Err(reason)) => unavailable(&reason),
                Err(_) => unavailable("the check took too long"),
            }
        }
    };
    Router::new().route("/health/live", get(|| async { ok() })).route("/health/ready", get(ready))
}

fn ok() -> Response {
    answer(StatusCode::OK, &json!({ "status": "ok" }))
}

fn unavailable(reason: &str) -> Response {
    answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "status": "unavailable", "reason": reason }))
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

#[cfg(test)]
mod tests;
