//! `ctap key create`.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use boot::telemetry::{self, Settings};
use boot::{DatabaseConfig, pool};
use domain::access::{self, AccessError, NewKey, Scopes};
use domain::{IdClock, schema};
use sea_orm::{DatabaseTransaction, TransactionTrait as _};
use secrecy::{ExposeSecret as _, SecretString};

use crate::args::CreateArgs;
use crate::dev::state_file;
use crate::environment;
use crate::error::{At as _, Error};
use crate::run::run;

/// Quiet: stderr is for the few words of this command.
const DEFAULTS: [(&str, &str); 2] = [("LOG", "warn"), ("LOG_FORMAT", "text")];

/// The database of a running `dev` is there at once or not at all.
const DEV_CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Prints the key, and nothing else, on stdout. Exit code 2 for a flag that breaks a rule.
pub(crate) fn main(args: &CreateArgs) -> ExitCode {
    match read(args) {
        Ok((logging, database)) => {
            telemetry::init_with("ctap", logging);
            run(async |stop| stop.run_until_cancelled(create(args, &database)).await.unwrap_or(Err(Error::Interrupted)))
        }
        Err(error) => error.report(),
    }
}

/// Which database: DATABASE_URL's, else that of a running `dev` (which does not heed PG* either), else that of PG*.
fn read(args: &CreateArgs) -> Result<(Settings, DatabaseConfig), Error> {
    let variables = environment::of_process();
    let [is_url_set, is_host_set] = ["DATABASE_URL", "PGHOST"].map(|name| environment::names_any(&variables, &[name]));
    let dev = if is_url_set { None } else { state_file::read(&args.data_dir)? };
    let mut env = environment::between(&DEFAULTS, variables, &[]);
    let logging = Settings::read(&mut env);
    if is_url_set || dev.is_none() && is_host_set {
        let database = DatabaseConfig::read(&mut env, 1);
        return Ok(env.finish((logging, database))?);
    }
    let logging = env.finish(logging)?;
    let Some(state) = dev else {
        return Err(Error::Usage(format!(
            "no database: set DATABASE_URL, or start `ctap dev`, which does not run on {}, or set PGHOST, PGUSER and PGDATABASE",
            args.data_dir.display()
        )));
    };
    Ok((logging, DatabaseConfig::from_url(state.database_url, None, 1)?.with_connect_limit(DEV_CONNECT_LIMIT)))
}

async fn create(args: &CreateArgs, database: &DatabaseConfig) -> Result<(), Error> {
    let db = pool::connect(database, "ctap-key").await?;
    // An error here is a database without any of our tables.
    if !schema::is_current(&db).await.unwrap_or(false) {
        return Err(Error::NotMigrated);
    }
    let ids = IdClock::new();
    ids.sync(&db).await?;
    let transaction = db.begin().await?;
    let new = NewKey {
        tenant: &args.tenant,
        user: &args.user,
        name: &args.name,
        environment: &args.environment,
        scopes: Scopes::TENANT,
        lifetime: args.lifetime,
        actor: "system:cli",
    };
    let text = create_in(&transaction, &ids, new).await?;
    transaction.commit().await?;
    let days = args.lifetime.as_secs() / 86_400;
    eprintln!("API key of user {:?}, tenant {:?}, for {days} days. It is shown this once:", args.user, args.tenant);
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{}", text.expose_secret()).and_then(|()| stdout.flush()).at("write to", "stdout")
}

/// Makes a key within the transaction and returns its text.
pub(crate) async fn create_in(tx: &DatabaseTransaction, ids: &IdClock, new: NewKey<'_>) -> Result<SecretString, Error> {
    match access::create_key(tx, ids, new).await {
        Ok(created) => Ok(created.key.secret().clone()),
        Err(AccessError::Invalid { field, rule }) => Err(Error::Usage(format!("--{field}: {rule}"))),
        Err(AccessError::Database(error)) => Err(error.into()),
        Err(refused) => Err(Error::Usage(refused.to_string())),
    }
}
