//! The API process: GraphQL, subscriptions and REST on one port. Configured by environment variables alone.

use std::error::Error;
use std::process::ExitCode;

use api::{Metrics, Settings};
use boot::pool;
use mimalloc::MiMalloc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// An idle websocket is a hundred small pieces of memory between the large ones of its beginning, which the system's allocator
/// cannot use again for others (docs/adr/0025-an-allocator.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const NAME: &str = "ctap-api";

fn main() -> ExitCode {
    boot::run_main(NAME, Settings::read, run)
}

async fn run(settings: Settings, stop: CancellationToken) -> Result<(), Box<dyn Error + Send + Sync>> {
    let tcp = TcpListener::bind(settings.address).await?;
    let db = pool::connect(&settings.database, NAME).await?;
    let listener_pool = pool::listener_pool(&settings.database, "ctap-api-listener").await?;
    let metrics = Metrics::default();
    let figures = boot::metrics::start(settings.metrics, |registry| {
        metrics.register(registry);
        registry.register_collector(Box::new(boot::metrics::Pool(db.clone())));
    });
    let _figures = figures.await?;
    api::serve(settings.config, metrics, db, listener_pool, tcp, stop).await?;
    Ok(())
}
