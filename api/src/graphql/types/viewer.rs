//! `Viewer`

use async_graphql::{Context, Object};

use super::{Scope, Tenant, User};
use crate::error::ApiError;
use crate::graphql::context::caller;
use crate::graphql::scalar::DateTime;

/// Who asks.
pub(crate) struct Viewer;

/// Who asks, by the credentials that came with the request.
#[Object]
impl Viewer {
    /// The tenant; all that is read and written is its own.
    async fn tenant(&self, ctx: &Context<'_>) -> Result<Tenant, ApiError> {
        let id = caller(ctx)?.tenant_id.to_string();
        // Whose key was valid a moment ago is there, or its tenant was taken away in this moment.
        Tenant::load(ctx, &id).await?.ok_or_else(ApiError::unauthenticated)
    }

    /// The user, in whose name things are written.
    async fn user(&self, ctx: &Context<'_>) -> Result<User, ApiError> {
        let id = caller(ctx)?.user_id.to_string();
        User::load(ctx, &id).await?.ok_or_else(ApiError::unauthenticated)
    }

    /// What the credentials may be used for.
    async fn scopes(&self, ctx: &Context<'_>) -> Result<Vec<Scope>, ApiError> {
        Ok(Scope::all_of(caller(ctx)?.scopes))
    }

    /// From when on the credentials are refused.
    async fn expires_at(&self, ctx: &Context<'_>) -> Result<DateTime, ApiError> {
        Ok(DateTime(caller(ctx)?.ends_at))
    }

    /// The public part of the API key that was used, or `jwt:` and the id of a token.
    async fn key_id(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        Ok(caller(ctx)?.key_id.clone())
    }
}
