//! Connections: how many, how patient, how they end.
//!
//! `axum::serve` gives hyper no timer, so that its limit for the request head never runs; hence hyper's builder.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A client has this long to send a request's head, and may be idle between requests for as long.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
const MAX_HEADERS: usize = 64;
/// Largest request head; of a body no more than this is held before its reader asks for more.
const MAX_BUFFER_BYTES: usize = 64 * 1024;
/// More wait in the kernel's queue. Upgraded ones do not count: websockets have limits of their own.
const MAX_CONNECTIONS: usize = 4_096;
/// How long to rest when the process is out of file descriptors.
const REST: Duration = Duration::from_millis(100);

/// All connections of one server.
pub(super) struct Connections {
    tracker: TaskTracker,
    /// Cancelled to finish requests and take no further ones.
    finish: CancellationToken,
    /// Cancelled to drop everything.
    cut: CancellationToken,
}

impl Connections {
    pub(super) fn new(cut: CancellationToken) -> Connections {
        Connections { tracker: TaskTracker::new(), finish: CancellationToken::new(), cut }
    }

    /// Takes connections until `stop` is cancelled.
    pub(super) async fn accept(&self, tcp: TcpListener, app: &Router, stop: &CancellationToken) {
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let place = tokio::select! {
                () = stop.cancelled() => return,
                place = Arc::clone(&places).acquire_owned() => place,
            };
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = tcp.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    let serving = serve(stream, app.clone(), self.finish.clone(), self.cut.clone());
                    self.tracker.spawn(async move {
                        serving.await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(REST).await;
                }
            }
        }
    }

    /// Lets every connection finish the request it is at.
    pub(super) async fn drain(&self) {
        self.finish.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }

    pub(super) fn len(&self) -> usize {
        self.tracker.len()
    }
}

async fn serve(stream: TcpStream, app: Router, finish: CancellationToken, cut: CancellationToken) {
    // Answers are small and written whole: waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app))
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = finish.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => ended,
                () = cut.cancelled() => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
