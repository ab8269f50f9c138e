//! From what a client presents to who it is.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::ApiKey;
use crate::sql::statement;

/// Who the credentials belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The tenant.
    pub tenant_id: Uuid,
    /// Its name.
    pub tenant_name: String,
    /// The user.
    pub user_id: Uuid,
    /// Their name.
    pub user_name: String,
    /// The key that was used.
    pub key_id: String,
}

#[derive(FromQueryResult)]
struct Row {
    tenant_id: Uuid,
    tenant_name: String,
    user_id: Uuid,
    user_name: String,
    secret_hash: Vec<u8>,
    usable: bool,
}

/// Checks an API key. `None` for junk, unknown, wrong, expired, revoked and disabled alike; junk is refused without a look
/// into the database.
///
/// # Errors
/// The database failed.
pub async fn authenticate<C: ConnectionTrait>(db: &C, presented: &str) -> Result<Option<Principal>, DbErr> {
    let Ok(key) = ApiKey::parse(presented) else {
        return Ok(None);
    };
    let rows = db.query_all_raw(statement(include_str!("authenticate.sql"), [key.id().into()])).await?;
    let hash = key.hash();
    let mut found = None;
    // Ids are random and long; should two tenants ever share one, the hash decides. Every row is compared in full.
    for row in &rows {
        let row = Row::from_query_result(row, "")?;
        if bool::from(row.secret_hash.as_slice().ct_eq(&hash)) && row.usable {
            found = Some(Principal {
                tenant_id: row.tenant_id,
                tenant_name: row.tenant_name,
                user_id: row.user_id,
                user_name: row.user_name,
                key_id: key.id().to_owned(),
            });
        }
    }
    Ok(found)
}
