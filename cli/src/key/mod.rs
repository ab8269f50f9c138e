//! `ctap key`: API keys from the command line, for the first ones and for emergencies.

mod create;
mod database;
mod list;
mod new;
mod revoke;

use std::process::ExitCode;

use boot::telemetry;
use domain::access;
use sea_orm::DatabaseConnection;
use uuid::Uuid;

pub(crate) use self::create::create_in;
use self::database::Where;
use crate::args::{DatabaseArgs, KeyCommand};
use crate::error::Error;
use crate::run::run;

/// What the trail calls us.
const ACTOR: &str = "system:cli";

/// Prints what was asked for, and nothing else, on stdout. Exit code 2 for a flag that breaks a rule.
pub(crate) fn main(command: &KeyCommand) -> ExitCode {
    match command {
        KeyCommand::New(args) => new::main(args),
        KeyCommand::Create(args) => with_database(&args.database, async |place| create::create(args, &place).await),
        KeyCommand::List(args) => with_database(&args.database, async |place| list::list(args, &place).await),
        KeyCommand::Revoke(args) => with_database(&args.database, async |place| revoke::revoke(args, &place).await),
    }
}

fn with_database(args: &DatabaseArgs, command: impl AsyncFnOnce(Where) -> Result<(), Error>) -> ExitCode {
    match database::read(args) {
        Ok((logging, place)) => {
            telemetry::init_with("ctap", logging);
            run(async |stop| stop.run_until_cancelled(command(place)).await.unwrap_or(Err(Error::Interrupted)))
        }
        Err(error) => error.report(),
    }
}

/// The id of the tenant of that name.
async fn tenant(db: &DatabaseConnection, name: &str) -> Result<Uuid, Error> {
    let tenant = access::tenant_named(db, name).await?;
    Ok(tenant.ok_or_else(|| Error::Usage(format!("--tenant: there is no tenant {name:?}")))?.id)
}
