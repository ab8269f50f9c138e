//! `ctap key revoke`.

use domain::access::{self, AccessError, By};
use sea_orm::TransactionTrait as _;

use super::ACTOR;
use super::database::Where;
use crate::args::RevokeArgs;
use crate::error::Error;

/// Takes a key back and says so; a key that was revoked before stays as it is.
pub(super) async fn revoke(args: &RevokeArgs, place: &Where) -> Result<(), Error> {
    let (db, ids) = place.open().await?;
    let tenant = super::tenant(&db, &args.tenant).await?;
    let transaction = db.begin().await?;
    let (key, audit_id) = match access::revoke_key(&transaction, &ids, By::System(ACTOR), tenant, &args.key_id).await {
        Ok(revoked) => revoked,
        Err(AccessError::NotFound(_)) => {
            return Err(Error::Usage(format!("--key-id: the tenant {:?} has no such key", args.tenant)));
        }
        Err(AccessError::Database(error)) => return Err(error.into()),
        Err(refused) => return Err(Error::Usage(refused.to_string())),
    };
    transaction.commit().await?;
    let before = if audit_id.is_some() { "" } else { " before, and nothing was done" };
    eprintln!("the key {} ({:?}) of the tenant {:?} was revoked{before}", key.id, key.name, args.tenant);
    Ok(())
}
