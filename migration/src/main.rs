//! `migrate`: brings the database to this build's schema. Environment variables only; see README.

use std::process::ExitCode;

use boot::DatabaseConfig;

fn main() -> ExitCode {
    boot::run_main("migrate", read, async |database, stop| {
        // Interrupted, the open transaction is rolled back with its connection: the next run begins where this one was.
        match stop.run_until_cancelled(migration::up(database.pg_options("ctap-migrate"))).await {
            Some(applied) => tracing::info!(applied = applied?, newest = migration::latest(), "migrated"),
            None => tracing::warn!("stopped before the end"),
        }
        Ok::<_, migration::MigrateError>(())
    })
}

fn read(env: &mut boot::Env) -> DatabaseConfig {
    DatabaseConfig::read(env, 1)
}
