//! `ctap key create`.

use std::io::Write as _;

use domain::IdClock;
use domain::access::{self, AccessError, NewKey};
use sea_orm::{DatabaseTransaction, TransactionTrait as _};
use secrecy::{ExposeSecret as _, SecretString};

use super::ACTOR;
use super::database::Where;
use crate::args::CreateArgs;
use crate::error::{At as _, Error};

/// Makes a key and prints it.
pub(super) async fn create(args: &CreateArgs, place: &Where) -> Result<(), Error> {
    let (db, ids) = place.open().await?;
    let transaction = db.begin().await?;
    let new = NewKey {
        tenant: &args.tenant,
        user: &args.user,
        name: &args.name,
        environment: &args.environment,
        scopes: args.scopes,
        lifetime: args.lifetime,
        actor: ACTOR,
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
