//! The API and the worker, each under its own role, side by side in this process.

use boot::pool;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::addresses::Addresses;
use super::config::Config;
use super::database::Database;
use super::{port, progress};
use crate::error::{Error, with_causes};

/// The name of a service, and how it ended.
type Ended = (&'static str, Result<(), String>);

/// Running services. They end with [`Services::drain`], or abruptly when dropped.
#[derive(Debug)]
pub(super) struct Services {
    tasks: JoinSet<Ended>,
    stop: CancellationToken,
    addresses: Addresses,
    /// The metrics, as long as this is kept.
    _figures: JoinSet<()>,
}

impl Services {
    /// Opens their connections and ports and starts them.
    pub(super) async fn start(config: Config, database: &Database) -> Result<Services, Error> {
        let Config { port: wanted, api, worker, metrics, .. } = config;
        let (for_api, for_worker) = (database.config("ctap_api")?, database.config("ctap_worker")?);
        let api_db = pool::connect(&for_api, "ctap-dev-api").await?;
        let api_listener = pool::listener_pool(&for_api, "ctap-dev-api-listener").await?;
        let worker_db = pool::connect(&for_worker, "ctap-dev-worker").await?;
        let worker_listener = pool::listener_pool(&for_worker, "ctap-dev-worker-listener").await?;
        let worker = worker::Config { database: for_worker, ..worker };

        let api_tcp = port::bind(wanted).await?;
        let worker_tcp = port::bind(0).await?;
        let addresses =
            Addresses { api_port: port::of(&api_tcp)?, worker_port: port::of(&worker_tcp)?, has_graphiql: api.graphiql };
        if wanted != 0 && wanted != addresses.api_port {
            progress(&format!("port {wanted} is taken, using {}", addresses.api_port));
        }

        let (api_metrics, worker_metrics) = (api::Metrics::default(), worker::Metrics::default());
        let figures = boot::metrics::start(metrics, |registry| {
            api_metrics.register(registry);
            worker_metrics.register(registry);
        });
        let figures = figures.await.map_err(Error::Metrics)?;

        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let told = stop.clone();
        tasks.spawn(async move { ended("API", api::serve(api, api_metrics, api_db, api_listener, api_tcp, told).await) });
        let told = stop.clone();
        let running = worker::run(worker, worker_metrics, worker_db, worker_listener, worker_tcp, told);
        tasks.spawn(async move { ended("worker", running.await) });
        Ok(Services { tasks, stop, addresses, _figures: figures })
    }

    pub(super) fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// Waits until a service ends that was not told to: whatever it says, that is a failure.
    pub(super) async fn failure(&mut self) -> Error {
        let (service, result) = self.tasks.join_next().await.map_or(("API", Ok(())), named);
        Error::Ended { service, reason: result.err().unwrap_or_else(|| "without being told to".to_owned()) }
    }

    /// Tells the services to stop and waits for them. They bound their drain themselves.
    ///
    /// # Errors
    /// The first failure of one.
    pub(super) async fn drain(mut self) -> Result<(), Error> {
        self.stop.cancel();
        let mut first = Ok(());
        while let Some(joined) = self.tasks.join_next().await {
            let (service, result) = named(joined);
            first = first.and(result.map_err(|reason| Error::Ended { service, reason }));
        }
        first
    }
}

fn ended<E: std::error::Error + 'static>(service: &'static str, result: Result<(), E>) -> Ended {
    (service, result.map_err(|error| with_causes(&error)))
}

/// A panic does not tell which service it was; the log line of the panic hook does.
fn named(joined: Result<Ended, JoinError>) -> Ended {
    joined.unwrap_or_else(|panicked| ("API or the worker", Err(panicked.to_string())))
}
