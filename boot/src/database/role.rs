//! Role names that need no quoting anywhere.

use crate::env::Env;

/// `DATABASE_ROLE`, if it is set. One that would need quoting is a mistake.
pub(super) fn read(env: &mut Env) -> Option<String> {
    let role = env.optional("DATABASE_ROLE");
    if role.as_deref().is_some_and(|role| !is_role_name(role)) {
        env.mistake("DATABASE_ROLE", "must be 1 to 63 of a-z, 0-9 and _, not beginning with a digit");
    }
    role
}

/// Whether `name` is `[a-z_][a-z0-9_]{0,62}`: PostgreSQL's limit is 63 bytes, and nothing in it can be an option of its own.
fn is_role_name(name: &str) -> bool {
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
    begins && name.len() <= 63 && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
