//! `User`

use async_graphql::{Context, ID, Object};
use domain::entity::user::Model;

use super::{GlobalId, NodeType};
use crate::error::ApiError;
use crate::graphql::loaders::{UserKey, loaders};
use crate::graphql::scalar::{DateTime, UuidScalar, parse_uuid};

/// A user of the caller's tenant.
pub(crate) struct User(pub(crate) Model);

impl User {
    /// # Errors
    /// `Unavailable` or `Internal` when the database fails.
    pub(crate) async fn load(ctx: &Context<'_>, key: &str) -> Result<Option<Self>, ApiError> {
        let Some(id) = parse_uuid(key) else { return Ok(None) };
        Ok(loaders(ctx)?.load_one(UserKey(id)).await?.map(Self))
    }
}

/// A person or a service of a tenant, in whose name things are done.
#[Object]
impl User {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::write(NodeType::User, self.0.id)
    }

    /// The id within its type, as it stands in an actor: `user:<id>`.
    async fn database_id(&self) -> UuidScalar {
        UuidScalar(self.0.id)
    }

    /// Unique within the tenant.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Since when its credentials are refused.
    async fn disabled_at(&self) -> Option<DateTime> {
        self.0.disabled_at.map(DateTime)
    }
}
