//! The inputs of mutations about tenants, users and keys.

use async_graphql::{ID, InputObject};

use crate::graphql::types::Scope;

/// Whom to make a user.
#[derive(InputObject)]
pub(crate) struct CreateUserInput {
    /// Unique within the tenant: 1 to 128 bytes without control characters.
    pub(crate) name: String,
}

/// Whom to disable.
#[derive(InputObject)]
pub(crate) struct DisableUserInput {
    /// The user: global id or uuid; not the caller's own.
    pub(crate) id: ID,
}

/// What key to make.
#[derive(InputObject)]
pub(crate) struct CreateApiKeyInput {
    /// Whose key it is to be; the caller's own when left out.
    pub(crate) user_id: Option<ID>,
    /// What it is for: 1 to 128 bytes. A user has at most two live keys of one name.
    pub(crate) name: String,
    /// What it may be used for; at least one.
    pub(crate) scopes: Vec<Scope>,
    /// When it ends: 1 to 366 days from now.
    #[graphql(default = 90)]
    pub(crate) expires_in_days: i32,
}

/// Which key to follow by a new one.
#[derive(InputObject)]
pub(crate) struct RotateApiKeyInput {
    /// The old key: global id, or the public part.
    pub(crate) id: ID,
    /// When the new one ends: 1 to 366 days from now.
    #[graphql(default = 90)]
    pub(crate) expires_in_days: i32,
    /// How long the old one still works, in seconds: 0 to 2592000.
    #[graphql(default = 86_400)]
    pub(crate) overlap_seconds: i32,
}

/// Which key to take back.
#[derive(InputObject)]
pub(crate) struct RevokeApiKeyInput {
    /// The key: global id, or the public part.
    pub(crate) id: ID,
}

/// What to erase.
#[derive(InputObject)]
pub(crate) struct EraseOriginsInput {
    /// The IP address of which nothing is to be kept.
    pub(crate) address: String,
}

/// What tenant to make.
#[derive(InputObject)]
pub(crate) struct CreateTenantInput {
    /// Unique over the platform: 1 to 63 characters of `a-z 0-9 -`.
    pub(crate) name: String,
    /// How many tasks may be pending or running; the platform's default when left out.
    pub(crate) max_open_tasks: Option<i32>,
    /// Name of its first user, who can make others.
    #[graphql(default = "admin")]
    pub(crate) user: String,
    /// When that user's first key ends: 1 to 366 days from now.
    #[graphql(default = 90)]
    pub(crate) expires_in_days: i32,
}

/// Which tenant to disable.
#[derive(InputObject)]
pub(crate) struct DisableTenantInput {
    /// The tenant: global id or uuid.
    pub(crate) id: ID,
}
