//! `users`, `apiKeys`, `tenants`: who may use the platform.

use async_graphql::{Context, ID};
use domain::access;
use domain::audit::PLATFORM_TENANT;
use domain::page::Order;
use serde_json::json;

use crate::cursor::Scope;
use crate::error::ApiError;
use crate::graphql::context::{caller, list_read};
use crate::graphql::page::{PageArgs, listed};
use crate::graphql::types::{ApiKey, GlobalId, NodeType, TenantConnection, UserConnection};

pub(super) async fn users(ctx: &Context<'_>, args: PageArgs) -> Result<UserConnection, ApiError> {
    let tenant_id = caller(ctx)?.tenant_id;
    let request = args.read(Scope::new(tenant_id, "users", &json!({})), Order::Oldest)?;
    let read = list_read(ctx).await?;
    Ok(UserConnection::new(&request, access::list_users(read.db(), tenant_id, request.page()).await?))
}

pub(super) async fn tenants(ctx: &Context<'_>, args: PageArgs) -> Result<TenantConnection, ApiError> {
    let request = args.read(Scope::new(PLATFORM_TENANT, "tenants", &json!({})), Order::Oldest)?;
    let read = list_read(ctx).await?;
    Ok(TenantConnection::new(&request, access::tenants(read.db(), request.page()).await?))
}

pub(super) async fn api_keys(ctx: &Context<'_>, user_id: Option<ID>, ended: bool, first: i32) -> Result<Vec<ApiKey>, ApiError> {
    let tenant_id = caller(ctx)?.tenant_id;
    let user_id = user_id.map(|id| GlobalId::read(NodeType::User, ["userId"], &id)).transpose()?;
    let first = listed(first)?;
    let read = list_read(ctx).await?;
    let keys = access::keys(read.db(), tenant_id, user_id, ended, first.into()).await?;
    Ok(keys.into_iter().map(ApiKey).collect())
}
