//! `Tenant`

use async_graphql::{Context, ID, Object};
use domain::entity::tenant::Model;

use super::{GlobalId, NodeType};
use crate::error::ApiError;
use crate::graphql::context::{caller, state};
use crate::graphql::scalar::{UuidScalar, parse_uuid};

/// The caller's own tenant: nobody sees another.
pub(crate) struct Tenant(pub(crate) Model);

impl Tenant {
    /// # Errors
    /// `Unavailable` or `Internal` when the database fails.
    pub(crate) async fn load(ctx: &Context<'_>, key: &str) -> Result<Option<Self>, ApiError> {
        let own = caller(ctx)?.tenant_id;
        match parse_uuid(key) {
            Some(id) if id == own => Ok(domain::access::tenant(&state(ctx)?.db, own).await?.map(Self)),
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
}
