//! What names, lifetimes and scopes may be.

use std::time::Duration;

use uuid::Uuid;

use super::{AccessError, Scope, Scopes};
use crate::audit::PLATFORM_TENANT;

/// Longest life of a key.
pub(super) const MAX_LIFETIME: Duration = Duration::from_secs(366 * 86_400);

/// `acme`, `acme-2`.
pub(super) fn tenant_name(field: &'static str, name: &str) -> Result<(), AccessError> {
    let slug = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let is_good =
        (1..=63).contains(&name.len()) && name.bytes().all(|b| slug(b) || b == b'-') && name.bytes().next().is_some_and(slug);
    let rule = "must be 1 to 63 characters of a-z 0-9 - and begin with a letter or digit";
    is_good.then_some(()).ok_or(AccessError::Invalid { field, rule })
}

/// What people call a user or a key.
pub(super) fn name(field: &'static str, name: &str) -> Result<(), AccessError> {
    let is_good = (1..=128).contains(&name.len()) && !name.chars().any(char::is_control);
    let rule = "must be 1 to 128 bytes without control characters";
    is_good.then_some(()).ok_or(AccessError::Invalid { field, rule })
}

/// `dev`, `prod`: part of a key's text.
pub(super) fn environment(environment: &str) -> Result<(), AccessError> {
    let is_good = (2..=8).contains(&environment.len()) && environment.bytes().all(|b| b.is_ascii_lowercase());
    let rule = "must be 2 to 8 lower-case letters";
    is_good.then_some(()).ok_or(AccessError::Invalid { field: "environment", rule })
}

/// Answers with the seconds.
pub(super) fn lifetime(lifetime: Duration) -> Result<i64, AccessError> {
    let rule = "must be longer than nothing and at most 366 days";
    let seconds = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
    let is_good = seconds > 0 && lifetime <= MAX_LIFETIME;
    is_good.then_some(seconds).ok_or(AccessError::Invalid { field: "lifetime", rule })
}

/// At least one, and [`Scope::Platform`] in the platform's own tenant alone.
pub(super) fn scopes(tenant_id: Uuid, scopes: Scopes) -> Result<(), AccessError> {
    let broken = |rule| Err(AccessError::Invalid { field: "scopes", rule });
    if scopes.is_empty() {
        return broken("must name at least one scope");
    }
    if scopes.has(Scope::Platform) && tenant_id != PLATFORM_TENANT {
        return broken("must not name platform: that is for users of the platform's own tenant");
    }
    Ok(())
}
