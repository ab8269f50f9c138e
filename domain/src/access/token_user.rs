//! The user of a token: a tenant there must be, a user is made when missing.

use chrono::{DateTime, Utc};
use entity::{tenant, user};
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, TransactionTrait};

use super::create_user::ensure_user;
use super::note::By;
use super::{AccessError, Principal, Refusal, Scope, Scopes, rules};
use crate::IdClock;
use crate::audit::PLATFORM_TENANT;

/// What a token, whose signature and times are good, says about its bearer.
#[derive(Clone, Debug)]
pub struct TokenUser<'a> {
    /// Name of the tenant.
    pub tenant: &'a str,
    /// Name of the user within it.
    pub user: &'a str,
    /// What it may be used for.
    pub scopes: Scopes,
    /// What the trail calls the token: `jwt:` and its id.
    pub token_id: String,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
}

/// Finds the tenant and the user. A user who was never seen is made, with an audit row; a tenant is not.
///
/// # Errors
/// The database failed.
pub async fn token_user(
    db: &DatabaseConnection,
    ids: &IdClock,
    token: TokenUser<'_>,
) -> Result<Result<Principal, Refusal>, DbErr> {
    let refused = |tenant_id, reason| Ok(Err(Refusal { tenant_id, key_id: Some(token.token_id.clone()), reason }));
    if rules::tenant_name("tenant", token.tenant).is_err() || rules::name("user", token.user).is_err() {
        return refused(None, "token_claims");
    }
    let Some(tenant) = tenant::Entity::find().filter(tenant::Column::Name.eq(token.tenant)).one(db).await? else {
        return refused(None, "token_tenant");
    };
    if tenant.disabled_at.is_some() {
        return refused(Some(tenant.id), "tenant_disabled");
    }
    if token.scopes.has(Scope::Platform) && tenant.id != PLATFORM_TENANT {
        return refused(Some(tenant.id), "token_scope");
    }
    let found = user::Entity::find().filter(user::Column::TenantId.eq(tenant.id)).filter(user::Column::Name.eq(token.user));
    let user = match found.one(db).await? {
        Some(user) => user,
        None => make(db, ids, &tenant, token.user).await?,
    };
    if user.disabled_at.is_some() {
        return refused(Some(tenant.id), "user_disabled");
    }
    Ok(Ok(Principal {
        tenant_id: tenant.id,
        tenant_name: tenant.name,
        user_id: user.id,
        user_name: user.name,
        key_id: token.token_id,
        scopes: token.scopes,
        ends_at: token.ends_at,
    }))
}

async fn make(db: &DatabaseConnection, ids: &IdClock, tenant: &tenant::Model, name: &str) -> Result<user::Model, DbErr> {
    let tx = db.begin().await?;
    let user = match ensure_user(&tx, ids, By::System("system:jwt"), tenant.id, name).await {
        Ok(user) => user,
        Err(AccessError::Database(error)) => return Err(error),
        Err(_) => return Err(DbErr::RecordNotInserted),
    };
    tx.commit().await?;
    Ok(user)
}
