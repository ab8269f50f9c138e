//! `Tenant`

use async_graphql::{Context, ID, Object};
use domain::access::Scope;
use domain::entity::tenant::Model;

use super::{GlobalId, NodeType};
use crate::error::ApiError;
use crate::graphql::context::{caller, state};
use crate::graphql::scalar::{DateTime, UuidScalar, parse_uuid};

/// The caller's own tenant; only who may manage tenants sees another.
pub(crate) struct Tenant(pub(crate) Model);

impl Tenant {
    /// # Errors
    /// `Unavailable` or `Internal` when the database fails.
    pub(crate) async fn load(ctx: &Context<'_>, key: &str) -> Result<Option<Self>, ApiError> {
        let caller = caller(ctx)?;
        match parse_uuid(key) {
            Some(id) if id == caller.tenant_id || caller.scopes.has(Scope::Platform) => {
                Ok(domain::access::tenant(&state(ctx)?.db, id).await?.map(Self))
            }
            _ => Ok(None),
        }
    }
}

/// A customer of the platform; everything else belongs to one.
#[Object]
impl Tenant {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::write(NodeType::Tenant, self.0.id)
    }

    /// The id within its type.
    async fn database_id(&self) -> UuidScalar {
        UuidScalar(self.0.id)
    }

    /// Unique over the platform.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Since when its users' credentials are refused.
    async fn disabled_at(&self) -> Option<DateTime> {
        self.0.disabled_at.map(DateTime)
    }

    /// How many tasks may be pending or running; null when the platform's default holds.
    async fn max_open_tasks(&self) -> Option<i32> {
        self.0.max_open_tasks.map(|most| i32::try_from(most).unwrap_or(i32::MAX))
    }
}
