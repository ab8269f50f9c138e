//! `Node`: what has a global id.

use async_graphql::{Context, ID, Interface};

use super::{ApiKey, AuditLog, GlobalId, Queue, Task, Tenant, User};
use crate::access;
use crate::error::ApiError;

/// Each type has `load(ctx, key)`: the object of the caller's tenant with this key, if there is one.
macro_rules! nodes {
    ($($ty:ident,)*) => {
        /// Types that have a global id.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum NodeType { $($ty,)* }

        impl NodeType {
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$ty => stringify!($ty),)* }
            }

            pub(super) fn of(name: &str) -> Option<Self> {
                match name { $(stringify!($ty) => Some(Self::$ty),)* _ => None }
            }
        }

        /// What has a global id, by which it can be read again.
        #[derive(Interface)]
        #[graphql(field(name = "id", ty = "ID", desc = "Global id."))]
        pub(crate) enum Node { $($ty($ty),)* }

        impl Node {
            /// What the id names; `None` for no id of ours, for what does not exist and for what is another tenant's.
            ///
            /// # Errors
            /// `Forbidden` without the scope of the type; `Unavailable` or `Internal` when the database fails.
            pub(crate) async fn load(ctx: &Context<'_>, id: &ID) -> Result<Option<Self>, ApiError> {
                match GlobalId::parse(id) {
                    $(Some((NodeType::$ty, key)) => {
                        access::node(ctx, stringify!($ty))?;
                        Ok($ty::load(ctx, &key).await?.map(Self::$ty))
                    })*
                    None => Ok(None),
                }
            }
        }
    };
}

nodes! { Task, AuditLog, Queue, Tenant, User, ApiKey, }
