//! The writes about tenants, users and keys.

use std::net::IpAddr;
use std::time::Duration;

use domain::IdClock;
use domain::access::{self, AccessError, By, CreatedTenant, IssuedKey, KeySpec, RotatedKey, Rotation, Scopes};
use domain::audit::Caller;
use domain::entity::{api_key, tenant, user};
use futures_util::future::BoxFuture;
use sea_orm::{DatabaseTransaction, TransactionTrait};
use uuid::Uuid;

use super::detached;
use crate::error::ApiError;
use crate::state::AppState;

/// A change within one transaction, by the caller.
type Change<T> = dyn for<'a> FnOnce(&'a DatabaseTransaction, &'a IdClock, By<'a>) -> BoxFuture<'a, Result<T, AccessError>> + Send;

/// Runs to its end whatever becomes of the request; what this process believes of credentials is forgotten then.
async fn change<T: Send + 'static>(state: &AppState, caller: &Caller, act: Box<Change<T>>) -> Result<T, ApiError> {
    let (state, caller) = (state.clone(), caller.clone());
    detached(state.clone(), async move {
        let tx = state.db.begin().await?;
        let done = act(&tx, &state.ids, By::Caller(&caller)).await?;
        tx.commit().await?;
        state.access.forget();
        Ok(done)
    })
    .await
}

/// # Errors
/// `NameTaken`, `BadUserInput`; `Unavailable` or `Internal` when the database fails, here and below.
pub(crate) async fn create_user(state: &AppState, caller: &Caller, name: String) -> Result<(user::Model, Uuid), ApiError> {
    let tenant_id = caller.tenant_id;
    change(
        state,
        caller,
        Box::new(move |tx, ids, by| Box::pin(async move { access::create_user(tx, ids, by, tenant_id, &name).await })),
    )
    .await
}

/// # Errors
/// `NotFound`, `AccessConflict`
pub(crate) async fn disable_user(state: &AppState, caller: &Caller, id: Uuid) -> Result<(user::Model, Option<Uuid>), ApiError> {
    let tenant_id = caller.tenant_id;
    change(state, caller, Box::new(move |tx, ids, by| Box::pin(access::disable_user(tx, ids, by, tenant_id, id)))).await
}

/// # Errors
/// `NotFound`, `AccessConflict`, `BadUserInput`
pub(crate) async fn create_key(
    state: &AppState,
    caller: &Caller,
    user_id: Uuid,
    name: String,
    scopes: Scopes,
    lifetime: Duration,
) -> Result<IssuedKey, ApiError> {
    let (tenant_id, environment) = (caller.tenant_id, state.access.settings().key_environment.clone());
    change(
        state,
        caller,
        Box::new(move |tx, ids, by| {
            Box::pin(async move {
                let spec = KeySpec { name: &name, environment: &environment, scopes, lifetime };
                access::issue_key(tx, ids, by, tenant_id, user_id, spec).await
            })
        }),
    )
    .await
}

/// # Errors
/// `NotFound`, `AccessConflict`, `BadUserInput`
pub(crate) async fn rotate_key(
    state: &AppState,
    caller: &Caller,
    key_id: String,
    lifetime: Duration,
    overlap: Duration,
) -> Result<RotatedKey, ApiError> {
    let (tenant_id, environment) = (caller.tenant_id, state.access.settings().key_environment.clone());
    change(
        state,
        caller,
        Box::new(move |tx, ids, by| {
            Box::pin(async move {
                access::rotate_key(tx, ids, by, tenant_id, &key_id, Rotation { environment: &environment, lifetime, overlap })
                    .await
            })
        }),
    )
    .await
}

/// # Errors
/// `NotFound`
pub(crate) async fn revoke_key(
    state: &AppState,
    caller: &Caller,
    key_id: String,
) -> Result<(api_key::Model, Option<Uuid>), ApiError> {
    let tenant_id = caller.tenant_id;
    change(
        state,
        caller,
        Box::new(move |tx, ids, by| Box::pin(async move { access::revoke_key(tx, ids, by, tenant_id, &key_id).await })),
    )
    .await
}

/// # Errors
/// Only those of the database.
pub(crate) async fn erase_origins(state: &AppState, caller: &Caller, address: IpAddr) -> Result<(u64, Option<Uuid>), ApiError> {
    let tenant_id = caller.tenant_id;
    let erased = change(
        state,
        caller,
        Box::new(move |tx, ids, by| Box::pin(async move { Ok(access::erase_origins(tx, ids, by, tenant_id, address).await?) })),
    )
    .await?;
    state.access.forget_origins();
    Ok(erased)
}

/// # Errors
/// `NameTaken`, `BadUserInput`
pub(crate) async fn create_tenant(
    state: &AppState,
    caller: &Caller,
    name: String,
    max_open_tasks: Option<i64>,
    user: String,
    lifetime: Duration,
) -> Result<CreatedTenant, ApiError> {
    let environment = state.access.settings().key_environment.clone();
    change(
        state,
        caller,
        Box::new(move |tx, ids, by| {
            Box::pin(async move {
                let key = KeySpec { name: "first", environment: &environment, scopes: Scopes::TENANT, lifetime };
                access::create_tenant(tx, ids, by, &name, max_open_tasks, &user, key).await
            })
        }),
    )
    .await
}

/// # Errors
/// `NotFound`, `AccessConflict`
pub(crate) async fn disable_tenant(
    state: &AppState,
    caller: &Caller,
    id: Uuid,
) -> Result<(tenant::Model, Option<Uuid>), ApiError> {
    change(state, caller, Box::new(move |tx, ids, by| Box::pin(access::disable_tenant(tx, ids, by, id)))).await
}
