//! `migrate`: brings the database to this build's schema, roles and logins. See `--help` and README.

use std::process::ExitCode;

use boot::DatabaseConfig;
use migration::Plan;
use migration::args::{self, Command};

fn main() -> ExitCode {
    let args = match args::parse(std::env::args_os().skip(1)) {
        Ok(Command::Run(args)) => args,
        Ok(Command::Help) => {
            println!("{}", args::HELP);
            return ExitCode::SUCCESS;
        }
        Err(mistake) => {
            eprintln!("{mistake}");
            return ExitCode::from(2);
        }
    };
    let read = |env: &mut boot::Env| (DatabaseConfig::read(env, 1), Plan::read(env, args));
    boot::run_main("ctap-migrate", read, async |(database, plan): (DatabaseConfig, Plan), stop| {
        // Interrupted, the open transaction is rolled back with its connection: the next run begins where this one was.
        match stop.run_until_cancelled(migration::run(database.pg_options("ctap-migrate"), &plan)).await {
            Some(done) => {
                let migration::Done { applied, logins, made_admin } = done?;
                tracing::info!(applied, newest = migration::latest(), logins, made_admin, "migrated");
            }
            None => tracing::warn!("stopped before the end"),
        }
        Ok::<_, migration::MigrateError>(())
    })
}
