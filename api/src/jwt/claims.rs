//! The payload of a token whose signature is good: what the library did not check, and who it names.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::header;
use super::name::Name;
use super::refused::Refused;
use super::rules::{LEEWAY, MAX_LIFE, Rules};

/// Longest text of a claim that we keep, in bytes.
const MAX_BYTES: usize = 256;

/// What a good token says. Nothing here is empty, has control characters, or is longer than 256 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// `iss`: the issuer, as it is configured.
    pub issuer: String,
    /// `sub`: whom the issuer means, unique and stable among its own.
    pub subject: String,
    /// The claim `JWT_TENANT_CLAIM`.
    pub tenant: String,
    /// The claim `JWT_USER_CLAIM`.
    pub user: String,
    /// The claim `JWT_SCOPE_CLAIM`; empty if the token has none. Also scopes that are not ours.
    pub scopes: Vec<String>,
    /// `exp`: from when on the token is worth nothing (give or take the leeway of 30 s).
    pub expires_at: DateTime<Utc>,
    /// `jti`: the token's own id.
    pub token_id: Option<String>,
    /// `kid`: which key signed it.
    pub key_id: Option<String>,
}

/// Reads the second part of a token.
pub(super) fn read(payload: &str, key_id: Option<String>, rules: &Rules, now: DateTime<Utc>) -> Result<Verified, Refused> {
    // The library would take an array for an object, and the last of two claims that it does not know.
    let claims = header::object(payload).ok_or(Refused::Malformed)?;
    // The library would take a list that has our issuer among others.
    if claims.get("iss").and_then(Value::as_str) != Some(&*rules.issuer) {
        return Err(Refused::Claims("iss"));
    }
    let token_id = claims.get("jti").map(|jti| text(jti, "jti")).transpose()?;
    Ok(Verified {
        issuer: rules.issuer.clone(),
        subject: required(claims.get("sub"), "sub")?,
        tenant: required(rules.tenant.find(&claims), "tenant")?,
        user: required(rules.user.find(&claims), "user")?,
        scopes: scopes(&rules.scope, &claims)?,
        expires_at: expiry(&claims, now)?,
        token_id,
        key_id,
    })
}

/// `exp`, if the whole life of the token is short enough and did not begin in the future.
fn expiry(claims: &Map<String, Value>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refused> {
    let expires_at = claims.get("exp").and_then(time).ok_or(Refused::Claims("exp"))?;
    let (begin, limit) = match claims.get("iat") {
        Some(iat) => (time(iat).ok_or(Refused::Claims("iat"))?, MAX_LIFE),
        // Counted by our clock then, not by the issuer's.
        None => (now, MAX_LIFE + LEEWAY),
    };
    if begin > now + LEEWAY {
        return Err(Refused::Claims("iat"));
    }
    if expires_at - begin > limit {
        return Err(Refused::Claims("exp"));
    }
    Ok(expires_at)
}

/// A `NumericDate` (RFC 7519, 2): seconds since 1970, perhaps with a fraction, which is cut off.
fn time(value: &Value) -> Option<DateTime<Utc>> {
    let limit = TimeDelta::days(400 * 366).num_seconds();
    #[expect(clippy::cast_possible_truncation, reason = "a float becomes the nearest integer, and the range is checked after")]
    let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
    (0..limit).contains(&seconds).then(|| DateTime::from_timestamp(seconds, 0)).flatten()
}

/// Words in one text, as RFC 8693 has it, or a list of them, as many issuers have it.
fn scopes(name: &Name, claims: &Map<String, Value>) -> Result<Vec<String>, Refused> {
    match name.find(claims) {
        None => Ok(Vec::new()),
        Some(Value::String(words)) => {
            words.split(' ').filter(|word| !word.is_empty()).map(|word| checked(word, "scope")).collect()
        }
        Some(Value::Array(words)) => words.iter().map(|word| text(word, "scope")).collect(),
        Some(_) => Err(Refused::Claims("scope")),
    }
}

fn required(value: Option<&Value>, name: &'static str) -> Result<String, Refused> {
    value.map_or(Err(Refused::Claims(name)), |value| text(value, name))
}

fn text(value: &Value, name: &'static str) -> Result<String, Refused> {
    value.as_str().map_or(Err(Refused::Claims(name)), |text| checked(text, name))
}

fn checked(text: &str, name: &'static str) -> Result<String, Refused> {
    let good = !text.is_empty() && text.len() <= MAX_BYTES && !text.contains(char::is_control);
    if good { Ok(text.to_owned()) } else { Err(Refused::Claims(name)) }
}
