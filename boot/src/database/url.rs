//! `DATABASE_URL`. sqlx's own parser logs a parameter it does not know together with its value and takes the rest from
//! the environment, so a password typed into the wrong place would be printed; this one refuses instead.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::target::{Parts, parse_ssl_mode};

const FORM: &str = "must be postgres://user:password@host:port/database with special characters percent-encoded";
const PARAMETERS: &str = "has an unknown parameter; known are host, port, user, password, dbname, sslmode, sslrootcert";
const PORT: &str = "has a port that is not from 1 to 65535";
const SSL_MODE: &str = "has an sslmode that is not disable, allow, prefer, require, verify-ca or verify-full";

/// The parts that the URL names, or the rule that it breaks (which quotes nothing of it).
pub(super) fn parse(text: &SecretString) -> Result<Parts, &'static str> {
    let (url, no_host) = url(text.expose_secret())?;
    if !matches!(url.scheme(), "postgres" | "postgresql") || url.fragment().is_some() {
        return Err(FORM);
    }
    let host = match url.host_str() {
        Some(host) if !host.is_empty() && !no_host => Some(decode(host.trim_matches(['[', ']']))?),
        _ => None,
    };
    let database = decode(url.path().trim_start_matches('/'))?;
    // What looks like a path or a second host is a password whose `/` was not encoded.
    if url.path().trim_start_matches('/').contains(['/', '@']) {
        return Err(FORM);
    }
    let mut parts = Parts {
        host,
        port: url.port(),
        user: filled(decode(url.username())?),
        password: url.password().map(decode).transpose()?.and_then(filled).map(SecretString::from),
        database: filled(database),
        ..Parts::default()
    };
    for pair in url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or(PARAMETERS)?;
        let value = decode(value)?;
        match key {
            "host" => parts.host = filled(value),
            "port" => parts.port = Some(value.parse().map_err(|_| PORT)?),
            "user" => parts.user = filled(value),
            "password" => parts.password = filled(value).map(SecretString::from),
            "dbname" => parts.database = filled(value),
            "sslmode" => parts.ssl_mode = Some(parse_ssl_mode(&value).ok_or(SSL_MODE)?),
            "sslrootcert" => parts.ssl_root_cert = filled(value).map(PathBuf::from),
            _ => return Err(PARAMETERS),
        }
    }
    if parts.port == Some(0) { Err(PORT) } else { Ok(parts) }
}

/// The URL, and whether its host was left out after a user (`postgres://user:password@/db?host=/cloudsql/...`, the form
/// that Cloud SQL's pages show, which the URL standard does not allow).
fn url(text: &str) -> Result<(Url, bool), &'static str> {
    let authority = text.find("://").map_or(text.len(), |at| at + 3);
    let end = text[authority..].find(['/', '?', '#']).map_or(text.len(), |at| authority + at);
    let no_host = text[authority..end].ends_with('@');
    let url = if no_host { Url::parse(&format!("{}localhost{}", &text[..end], &text[end..])) } else { Url::parse(text) };
    Ok((url.map_err(|_| FORM)?, no_host))
}

/// Percent-decoding alone: `+` stays itself, as libpq reads it.
fn decode(text: &str) -> Result<String, &'static str> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let (byte, after) = match (first, after) {
            (b'%', [high, low, after @ ..]) => (hex(*high)? << 4 | hex(*low)?, after),
            (b'%', _) => return Err(FORM),
            (byte, after) => (byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
    // A NUL would end the value early in PostgreSQL's startup message.
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')).ok_or(FORM)
}

fn hex(digit: u8) -> Result<u8, &'static str> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(FORM),
    }
}

fn filled(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
