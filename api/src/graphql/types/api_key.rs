//! `ApiKey`

use async_graphql::{Context, ID, Object};
use chrono::Utc;
use domain::access::Scopes;
use domain::entity::api_key::Model;

use super::{GlobalId, NodeType, Scope, User};
use crate::error::ApiError;
use crate::graphql::loaders::{ApiKeyKey, loaders};
use crate::graphql::scalar::DateTime;

/// A key of the caller's tenant.
pub(crate) struct ApiKey(pub(crate) Model);

impl ApiKey {
    /// # Errors
    /// `Unavailable` or `Internal` when the database fails.
    pub(crate) async fn load(ctx: &Context<'_>, key: &str) -> Result<Option<Self>, ApiError> {
        Ok(loaders(ctx)?.load_one(ApiKeyKey(key.to_owned())).await?.map(Self))
    }
}

/// An API key of a user. Its secret was shown once and is not known here.
#[Object]
impl ApiKey {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::write(NodeType::ApiKey, &self.0.id)
    }

    /// The public part of the key, as the trail names it.
    async fn key_id(&self) -> &str {
        &self.0.id
    }

    /// What it is for, in its owner's words.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it may be used for.
    async fn scopes(&self) -> Vec<Scope> {
        Scope::all_of(Scopes::known(self.0.scopes.iter().map(String::as_str)))
    }

    /// Whose key it is.
    async fn user(&self, ctx: &Context<'_>) -> Result<User, ApiError> {
        User::load(ctx, &self.0.user_id.to_string()).await?.ok_or_else(ApiError::internal)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// From when on it is refused.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.0.expires_at)
    }

    /// When it was taken back.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(DateTime)
    }

    /// When it was used last, to the minute.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime)
    }

    /// Whether it is neither revoked nor expired. (Its user may be disabled all the same.)
    async fn live(&self) -> bool {
        self.0.revoked_at.is_none() && self.0.expires_at > Utc::now()
    }
}
