//! How long things may take: a client on a connection that stays open, and we to answer.

use std::time::Duration;

/// The times of requests, websockets and event streams. The defaults are production's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// A request, and a query or mutation on a websocket or an event stream, that takes longer is given up. (What it writes
    /// goes on.) A REST request that asks to wait is given that on top.
    pub answer: Duration,
    /// A websocket that sends no `connection_init` in this time is closed (4408).
    pub init: Duration,
    /// A websocket's client is pinged this often, so that proxies keep the connection and its end is noticed.
    pub ping: Duration,
    /// A websocket from which nothing was heard for this long, not even a pong, is closed.
    pub silence: Duration,
    /// A client that takes nothing of what is written to its websocket for this long is dropped.
    pub write: Duration,
    /// An event stream without events carries a comment this often, for the same reasons as the ping.
    pub keep_alive: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            answer: Duration::from_secs(15),
            init: Duration::from_secs(3),
            ping: Duration::from_secs(15),
            silence: Duration::from_secs(30),
            write: Duration::from_secs(5),
            keep_alive: Duration::from_secs(12),
        }
    }
}
