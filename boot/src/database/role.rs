//! Role names that need no quoting anywhere.

/// Whether `name` is `[a-z_][a-z0-9_]{0,62}`: PostgreSQL's limit is 63 bytes, and nothing in it can be an option of its own.
pub(super) fn is_role_name(name: &str) -> bool {
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
    begins && name.len() <= 63 && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
