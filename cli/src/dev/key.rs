//! The first key: the same at every start, as long as it is good.

use std::time::Duration;

use domain::IdClock;
use domain::access::{self, NewKey, Scopes};
use sea_orm::{DatabaseConnection, TransactionTrait as _};
use secrecy::{ExposeSecret as _, SecretString};

use super::data_dir::DataDir;
use super::database::Database;
use crate::error::Error;
use crate::key::create_in;
use crate::private_file;

const TENANT: &str = "default";

/// The key that `dev` prints, and whose tasks it gives access to.
#[derive(Debug)]
pub(super) struct FirstKey {
    pub(super) text: SecretString,
    pub(super) tenant: String,
}

/// The key of earlier runs if this database still knows it; else a new one, kept for later runs.
pub(super) async fn ensure(database: &Database, data_dir: &DataDir) -> Result<FirstKey, Error> {
    let owner = database.owner().await?;
    let key = match kept(&owner, data_dir).await? {
        Some(key) => key,
        None => make(&owner, data_dir).await?,
    };
    owner.close().await?;
    Ok(key)
}

async fn kept(owner: &DatabaseConnection, data_dir: &DataDir) -> Result<Option<FirstKey>, Error> {
    let Some(text) = private_file::read(&data_dir.key_file())? else {
        return Ok(None);
    };
    let principal = access::authenticate(owner, text.trim()).await?.ok();
    Ok(principal.map(|principal| FirstKey { text: text.trim().into(), tenant: principal.tenant_name }))
}

async fn make(owner: &DatabaseConnection, data_dir: &DataDir) -> Result<FirstKey, Error> {
    let ids = IdClock::new();
    ids.sync(owner).await?;
    let transaction = owner.begin().await?;
    let new = NewKey {
        tenant: TENANT,
        user: "developer",
        name: &format!("ctap dev {}", ids.next()),
        environment: "dev",
        scopes: Scopes::TENANT,
        lifetime: Duration::from_secs(90 * 86_400),
        actor: "system:cli",
    };
    let text = create_in(&transaction, &ids, new).await?;
    // Before the commit: a key that nobody holds must not be in the database; one that it does not know is replaced.
    private_file::write(&data_dir.key_file(), text.expose_secret())?;
    transaction.commit().await?;
    Ok(FirstKey { text, tenant: TENANT.to_owned() })
}
