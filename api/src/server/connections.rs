//! Connections: how many, how patient, how they end.
//!
//! `axum::serve` gives hyper no timer, so that its limit for the request head never runs; hence hyper's builder.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::Peer;

/// A client has this long to send a request's head, and may be idle between requests for as long.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
const MAX_HEADERS: usize = 64;
/// Largest request head; of a body no more than this is held before its reader asks for more.
const MAX_BUFFER_BYTES: usize = 64 * 1024;
/// A client that takes none of its answer for this long is let go, with all that waits for it.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// How long to rest when the process is out of file descriptors.
const REST: Duration = Duration::from_millis(100);

/// A connection's place among those that may be open, given back when the last clone is dropped. Every request of the
/// connection has one in its extensions; who takes the connection over as a websocket keeps it until that ends.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// All connections of one server.
pub(super) struct Connections {
    places: Arc<Semaphore>,
    tracker: TaskTracker,
    /// Cancelled to finish requests and take no further ones.
    finish: CancellationToken,
    /// Cancelled to drop everything.
    cut: CancellationToken,
}

impl Connections {
    /// At most `max` are open at a time; more wait in the kernel's queue.
    pub(super) fn new(max: usize, cut: CancellationToken) -> Connections {
        let places = Arc::new(Semaphore::new(max.min(Semaphore::MAX_PERMITS)));
        Connections { places, tracker: TaskTracker::new(), finish: CancellationToken::new(), cut }
    }

    /// Takes connections until `stop` is cancelled.
    pub(super) async fn accept(&self, tcp: TcpListener, app: &Router, stop: &CancellationToken) {
        loop {
            let place = tokio::select! {
                () = stop.cancelled() => return,
                place = Arc::clone(&self.places).acquire_owned() => place,
            };
            // Nobody closes the semaphore.
            let Ok(permit) = place else { return };
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = tcp.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let place = Place { _permit: Arc::new(permit) };
                    let peer = Peer(peer.ip());
                    self.tracker.spawn(serve(stream, peer, app.clone(), place, self.finish.clone(), self.cut.clone()));
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

async fn serve(stream: TcpStream, peer: Peer, app: Router, place: Place, finish: CancellationToken, cut: CancellationToken) {
    // Answers are small and written whole: waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_LIMIT));
    let app = TowerToHyperService::new(app);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(place.clone());
        request.extensions_mut().insert(peer);
        app.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_BUFFER_BYTES)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
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

#[cfg(test)]
mod tests;
