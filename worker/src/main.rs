//! The production worker: configured by environment variables alone (see `worker::Config`).

use std::error::Error;
use std::process::ExitCode;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use worker::{Config, Metrics};

fn main() -> ExitCode {
    boot::run_main("ctap-worker", Config::read, start)
}

async fn start(config: Config, stop: CancellationToken) -> Result<(), Box<dyn Error + Send + Sync>> {
    let tcp = TcpListener::bind(config.address).await?;
    let db = boot::pool::connect(&config.database, "ctap-worker").await?;
    let listener = boot::pool::listener_pool(&config.database, "ctap-worker-listener").await?;
    let metrics = Metrics::default();
    let figures = boot::metrics::start(config.metrics, |registry| {
        metrics.register(registry);
        registry.register_collector(Box::new(boot::metrics::Pool(db.clone())));
    });
    let _figures = figures.await?;
    worker::run(config, metrics, db, listener, tcp, stop).await?;
    Ok(())
}
