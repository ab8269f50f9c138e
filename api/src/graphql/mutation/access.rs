//! Mutations about tenants, users and keys, and what they answer.

use std::time::Duration;

use async_graphql::{Context, ID, SimpleObject};
use domain::access::{IssuedKey, Scopes};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::error::ApiError;
use crate::graphql::context::{caller, state};
use crate::graphql::input::{
    CreateApiKeyInput, CreateTenantInput, CreateUserInput, DisableTenantInput, DisableUserInput, EraseOriginsInput,
    RevokeApiKeyInput, RotateApiKeyInput,
};
use crate::graphql::types::{ApiKey, GlobalId, NodeType, Tenant, User, UserError, outcome};
use crate::service::access as service;

macro_rules! payload {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Default, SimpleObject)]
        pub(crate) struct $name {
            $($(#[$field_doc])* $field: $ty,)*
            /// Global ids of the audit rows this call wrote; none when there was nothing to do.
            audit_log_ids: Vec<ID>,
            /// Why nothing was done; empty when it was, or needed not be.
            user_errors: Vec<UserError>,
        }

        impl $name {
            fn refused(user_errors: Vec<UserError>) -> Self {
                Self { user_errors, ..Self::default() }
            }
        }
    };
}

payload! {
    /// What became of a new user.
    CreateUserPayload {
        /// The user; null when there are user errors.
        user: Option<User>,
    }
}

payload! {
    /// What became of disabling a user.
    DisableUserPayload {
        /// The user as it is now; null when there are user errors.
        user: Option<User>,
    }
}

payload! {
    /// What became of a new key.
    CreateApiKeyPayload {
        /// The key; null when there are user errors.
        api_key: Option<ApiKey>,
        /// The key's text, shown this once.
        secret: Option<String>,
    }
}

payload! {
    /// What became of a key's rotation.
    RotateApiKeyPayload {
        /// The new key; null when there are user errors.
        api_key: Option<ApiKey>,
        /// The new key's text, shown this once.
        secret: Option<String>,
        /// The old key, with its new end.
        old_api_key: Option<ApiKey>,
    }
}

payload! {
    /// What became of taking a key back.
    RevokeApiKeyPayload {
        /// The key as it is now; null when there are user errors.
        api_key: Option<ApiKey>,
    }
}

payload! {
    /// What became of erasing origins.
    EraseOriginsPayload {
        /// How many origins were erased.
        erased: i32,
    }
}

payload! {
    /// What became of a new tenant.
    CreateTenantPayload {
        /// The tenant; null when there are user errors.
        tenant: Option<Tenant>,
        /// Its first user's key, shown this once: for everything within the tenant.
        secret: Option<String>,
    }
}

payload! {
    /// What became of disabling a tenant.
    DisableTenantPayload {
        /// The tenant as it is now; null when there are user errors.
        tenant: Option<Tenant>,
    }
}

pub(super) async fn create_user(ctx: &Context<'_>, input: CreateUserInput) -> Result<CreateUserPayload, ApiError> {
    Ok(match outcome(service::create_user(state(ctx)?, caller(ctx)?, input.name).await)? {
        Ok((user, audit_id)) => {
            CreateUserPayload { user: Some(User(user)), audit_log_ids: ids(Some(audit_id)), ..Default::default() }
        }
        Err(user_errors) => CreateUserPayload::refused(user_errors),
    })
}

pub(super) async fn disable_user(ctx: &Context<'_>, input: DisableUserInput) -> Result<DisableUserPayload, ApiError> {
    let id = GlobalId::read(NodeType::User, ["input", "id"], &input.id)?;
    Ok(match outcome(service::disable_user(state(ctx)?, caller(ctx)?, id).await)? {
        Ok((user, audit_id)) => DisableUserPayload { user: Some(User(user)), audit_log_ids: ids(audit_id), ..Default::default() },
        Err(user_errors) => DisableUserPayload::refused(user_errors),
    })
}

pub(super) async fn create_api_key(ctx: &Context<'_>, input: CreateApiKeyInput) -> Result<CreateApiKeyPayload, ApiError> {
    let caller = caller(ctx)?;
    let user_id = match &input.user_id {
        Some(id) => GlobalId::read(NodeType::User, ["input", "userId"], id)?,
        None => caller.user_id,
    };
    let scopes: Scopes = input.scopes.into_iter().map(domain::access::Scope::from).collect();
    let lifetime = days(input.expires_in_days);
    Ok(match outcome(service::create_key(state(ctx)?, caller, user_id, input.name, scopes, lifetime).await)? {
        Ok(issued) => {
            let (secret, audit_log_ids) = (text(&issued), ids(Some(issued.audit_id)));
            CreateApiKeyPayload { api_key: Some(ApiKey(issued.key)), secret, audit_log_ids, ..Default::default() }
        }
        Err(user_errors) => CreateApiKeyPayload::refused(user_errors),
    })
}

pub(super) async fn rotate_api_key(ctx: &Context<'_>, input: RotateApiKeyInput) -> Result<RotateApiKeyPayload, ApiError> {
    let overlap = Duration::from_secs(
        u64::try_from(input.overlap_seconds)
            .map_err(|_| ApiError::field(["input", "overlapSeconds"], "must be an integer from 0 to 2592000"))?,
    );
    let rotated = service::rotate_key(state(ctx)?, caller(ctx)?, key_id(&input.id), days(input.expires_in_days), overlap).await;
    Ok(match outcome(rotated)? {
        Ok(rotated) => RotateApiKeyPayload {
            secret: text(&rotated.issued),
            audit_log_ids: ids(Some(rotated.issued.audit_id)),
            api_key: Some(ApiKey(rotated.issued.key)),
            old_api_key: Some(ApiKey(rotated.old)),
            ..Default::default()
        },
        Err(user_errors) => RotateApiKeyPayload::refused(user_errors),
    })
}

pub(super) async fn revoke_api_key(ctx: &Context<'_>, input: RevokeApiKeyInput) -> Result<RevokeApiKeyPayload, ApiError> {
    Ok(match outcome(service::revoke_key(state(ctx)?, caller(ctx)?, key_id(&input.id)).await)? {
        Ok((key, audit_id)) => {
            RevokeApiKeyPayload { api_key: Some(ApiKey(key)), audit_log_ids: ids(audit_id), ..Default::default() }
        }
        Err(user_errors) => RevokeApiKeyPayload::refused(user_errors),
    })
}

pub(super) async fn erase_origins(ctx: &Context<'_>, input: EraseOriginsInput) -> Result<EraseOriginsPayload, ApiError> {
    let address = input.address.parse().map_err(|_| ApiError::field(["input", "address"], "must be an IP address"))?;
    Ok(match outcome(service::erase_origins(state(ctx)?, caller(ctx)?, address).await)? {
        Ok((erased, audit_id)) => {
            let erased = i32::try_from(erased).unwrap_or(i32::MAX);
            EraseOriginsPayload { erased, audit_log_ids: ids(audit_id), ..Default::default() }
        }
        Err(user_errors) => EraseOriginsPayload::refused(user_errors),
    })
}

pub(super) async fn create_tenant(ctx: &Context<'_>, input: CreateTenantInput) -> Result<CreateTenantPayload, ApiError> {
    let max_open_tasks = input.max_open_tasks.map(i64::from);
    let lifetime = days(input.expires_in_days);
    let created = service::create_tenant(state(ctx)?, caller(ctx)?, input.name, max_open_tasks, input.user, lifetime).await;
    Ok(match outcome(created)? {
        Ok(created) => CreateTenantPayload {
            secret: text(&created.issued),
            audit_log_ids: ids(Some(created.audit_id)),
            tenant: Some(Tenant(created.tenant)),
            ..Default::default()
        },
        Err(user_errors) => CreateTenantPayload::refused(user_errors),
    })
}

pub(super) async fn disable_tenant(ctx: &Context<'_>, input: DisableTenantInput) -> Result<DisableTenantPayload, ApiError> {
    let id = GlobalId::read(NodeType::Tenant, ["input", "id"], &input.id)?;
    Ok(match outcome(service::disable_tenant(state(ctx)?, caller(ctx)?, id).await)? {
        Ok((tenant, audit_id)) => {
            DisableTenantPayload { tenant: Some(Tenant(tenant)), audit_log_ids: ids(audit_id), ..Default::default() }
        }
        Err(user_errors) => DisableTenantPayload::refused(user_errors),
    })
}

/// A day count that is out of range breaks the rule of lifetimes, which says so.
fn days(days: i32) -> Duration {
    Duration::from_secs(u64::try_from(days).unwrap_or_default() * 86_400)
}

/// The public part of a key; empty, which is no key's, for what cannot be one. (PostgreSQL has no text with U+0000.)
fn key_id(id: &ID) -> String {
    let key = match GlobalId::parse(id) {
        Some((NodeType::ApiKey, key)) => key,
        _ => id.to_string(),
    };
    if key.bytes().all(|b| b.is_ascii_alphanumeric()) { key } else { String::new() }
}

fn text(issued: &IssuedKey) -> Option<String> {
    Some(issued.secret.secret().expose_secret().to_owned())
}

fn ids(audit_id: Option<Uuid>) -> Vec<ID> {
    audit_id.map(|id| GlobalId::write(NodeType::AuditLog, id)).into_iter().collect()
}
