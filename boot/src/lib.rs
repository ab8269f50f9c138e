//! What every process of the product needs to start and stop, and nothing of what it does in between:
//! configuration from the environment, logging, spans, metrics, the database pool, shutdown by signal, health routes.

pub mod database;
pub mod env;
pub mod files;
pub mod health;
pub mod metrics;
pub mod pool;
mod run;
pub mod shutdown;
pub mod telemetry;

pub use self::database::DatabaseConfig;
pub use self::env::{ConfigError, Env};
pub use self::pool::BootError;
pub use self::run::run_main;
