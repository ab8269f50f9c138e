//! Figures and their ratio to a baseline of the same minute, on a durable PostgreSQL of their own.
//!
//! ```sh
//! cargo build --release --workspace --bins
//! cargo run --release -p e2e --example measure -- access
//! cargo run --release -p e2e --example measure -- drain
//! cargo run --release -p e2e --example measure -- lease-cost
//! cargo run --release -p e2e --example measure -- load
//! cargo run --release -p e2e --example measure -- counts
//! cargo run --release -p e2e --example measure -- edge
//! cargo run --release -p e2e --example measure -- feed
//! cargo run --release -p e2e --example measure -- guard
//! cargo run --release -p e2e --example measure -- socket-memory
//! cargo run --release -p e2e --example measure -- large-bodies
//! cargo run --release -p e2e --example measure -- stats
//! cargo run --release -p e2e --example measure -- stored-payloads
//! ```

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a measurement fails by panicking")]

mod access;
mod counts;
mod drain;
mod edge;
mod feed;
mod guard;
mod large_bodies;
mod lease_cost;
mod load;
mod socket_memory;
mod stats;
mod stored_payloads;
mod support;

#[tokio::main]
async fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("access") => access::run().await,
        Some("counts") => counts::run().await,
        Some("drain") => drain::run().await,
        Some("edge") => edge::run().await,
        Some("feed") => feed::run().await,
        Some("guard") => guard::run().await,
        Some("large-bodies") => large_bodies::run().await,
        Some("lease-cost") => lease_cost::run().await,
        Some("load") => load::run().await,
        Some("socket-memory") => socket_memory::run().await,
        Some("stats") => stats::run().await,
        Some("stored-payloads") => stored_payloads::run().await,
        Some("socket-memory-stock") => socket_memory::serve_stock().await,
        _ => eprintln!(
            "say which: access, counts, drain, edge, feed, guard, large-bodies, lease-cost, load, socket-memory, stats, stored-payloads"
        ),
    }
}
