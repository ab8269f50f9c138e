//! Which schema this build of the domain needs.

use sea_orm::{ConnectionTrait, DbErr};

use crate::sql::statement;

/// The newest migration this build relies on. A newer database is fine (expand, deploy, contract); an older one is not.
pub const NEEDED: &str = "m20261126_000010_pruning";

/// Whether the migrations this build relies on have been applied.
///
/// # Errors
/// The database cannot be reached, or holds no migrations at all.
pub async fn is_current<C: ConnectionTrait>(db: &C) -> Result<bool, DbErr> {
    let query = statement("SELECT 1 FROM seaql_migrations WHERE version = $1", [NEEDED.into()]);
    Ok(db.query_one_raw(query).await?.is_some())
}
