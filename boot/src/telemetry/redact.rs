//! The last wall before a secret reaches a log: nothing should pass one to `tracing`, and if something does, it is
//! blotted out by its name or by its look.

pub(super) const REDACTED: &str = "[redacted]";

/// Names, or ends of names after `_` or `.`, whose values are never written.
const SECRET_NAMES: [&str; 8] = ["api_key", "apikey", "authorization", "cookie", "database_url", "password", "secret", "token"];
/// Roles and the like begin with `ctap_` too; an API key is longer than all of them.
const MIN_KEY: usize = 40;

/// Whether a field of that name holds a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    SECRET_NAMES
        .iter()
        .any(|secret| name.strip_suffix(secret).is_some_and(|before| before.is_empty() || before.ends_with(['_', '.'])))
}

/// The text without credentials in it: `Bearer ...`, API keys (their id stays), passwords in URLs.
pub(super) fn text(text: String) -> String {
    if !["earer ", "ctap_", "://"].iter().any(|lead| text.contains(lead)) {
        return text;
    }
    let text = after_each(&text, "earer ", |token| {
        let end = token.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',')).unwrap_or(token.len());
        (end > 0).then(|| (end, REDACTED.to_owned()))
    });
    let text = after_each(&text, "ctap_", |key| {
        let end = key.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(key.len());
        let id_end = key[..end].match_indices('_').nth(1).map_or(0, |(at, _)| at + 1);
        (end >= MIN_KEY).then(|| (end, format!("{}{REDACTED}", &key[..id_end])))
    });
    after_each(&text, "://", |rest| {
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"')).unwrap_or(rest.len());
        let at = rest[..end].rfind('@')?;
        let colon = rest[..at].find(':')?;
        Some((at, format!("{}:{REDACTED}", &rest[..colon])))
    })
}

/// Replaces what follows each `lead`: `replace` says how many bytes and by what, or leaves it alone.
fn after_each(text: &str, lead: &str, replace: impl Fn(&str) -> Option<(usize, String)>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(lead) {
        let (before, after) = rest.split_at(at + lead.len());
        out.push_str(before);
        rest = after;
        if let Some((bytes, replacement)) = replace(after) {
            out.push_str(&replacement);
            rest = &after[bytes..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known() {
        for name in
            ["password", "db.password", "PGPASSWORD".to_lowercase().as_str(), "Authorization", "access_token", "set-cookie"]
        {
            assert_eq!(is_secret_name(name), name != "pgpassword", "{name}");
        }
        for name in ["tokens", "key_id", "idempotency_key", "task_id", "secretary"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn credentials_in_a_text_are_blotted_out() {
        let key = format!("ctap_dev_abcdefghijkl_{}", "S".repeat(49));
        for (given, expected) in [
            ("authorization: Bearer ey.canary-x, next".to_owned(), "authorization: Bearer [redacted], next".to_owned()),
            (format!("key {key}; done"), "key ctap_dev_abcdefghijkl_[redacted]; done".to_owned()),
            ("postgres://u:p@ss:w@host:1/db and more".to_owned(), "postgres://u:[redacted]@host:1/db and more".to_owned()),
            ("https://host:80/a@b role ctap_worker".to_owned(), "https://host:80/a@b role ctap_worker".to_owned()),
            (format!("ctap_{}", "S".repeat(60)), "ctap_[redacted]".to_owned()),
        ] {
            assert_eq!(text(given), expected);
        }
    }
}
