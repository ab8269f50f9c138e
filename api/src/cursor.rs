//! Opaque cursors: base64url of version, kind, scope, key and checksum.
//!
//! A cursor holds no secret and grants nothing: whoever forges one reads what they may read anyway. The checksum tells a
//! damaged one from a good one, the scope one of another list, filter or tenant from this one's.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use domain::feed::Position;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{ApiError, Code};

/// Why a cursor is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// Damaged, or made for another list or filter.
    #[error("the cursor is not one of this list")]
    Invalid,
    /// Older than [`MAX_AGE`], or of another database.
    #[error("the cursor is too old; read the list again and go on from its liveCursor")]
    Expired,
}

impl From<CursorError> for ApiError {
    fn from(error: CursorError) -> Self {
        let code = match error {
            CursorError::Invalid => Code::InvalidCursor,
            CursorError::Expired => Code::CursorExpired,
        };
        ApiError::new(code, error.to_string())
    }
}

/// How far back a feed may be resumed.
pub const MAX_AGE: Duration = Duration::hours(24);
/// The issuing server's clock may have been ahead of this one's by this much.
const MAX_AHEAD: Duration = Duration::hours(1);
const VERSION: u8 = 1;
const CHECKSUM_BYTES: usize = 4;
/// No cursor is longer; the text is not decoded before this was checked.
const MAX_TEXT_BYTES: usize = 128;

/// What a cursor belongs to: a list of one tenant under one filter. Eight bytes of a SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope([u8; 8]);

impl Scope {
    /// `filter` must say the same thing in the same words whenever it means the same (sorted, defaults left out).
    #[must_use]
    pub fn new(tenant_id: Uuid, list: &str, filter: &Value) -> Self {
        let digest = Sha256::digest(json!([tenant_id, list, filter]).to_string());
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&digest[..8]);
        Self(bytes)
    }

    /// The cursor behind the row `id` of a page.
    #[must_use]
    pub fn page(self, id: Uuid) -> String {
        self.write(Kind::Page, id.as_bytes())
    }

    /// The id in a cursor of [`Scope::page`].
    ///
    /// # Errors
    /// [`CursorError::Invalid`].
    pub fn read_page(self, text: &str) -> Result<Uuid, CursorError> {
        let key = self.read(Kind::Page, text)?;
        key.try_into().map(Uuid::from_bytes).map_err(|_| CursorError::Invalid)
    }

    /// The cursor behind a change in a tenant's feed.
    #[must_use]
    pub fn feed(self, cluster: i64, position: &Position) -> String {
        let mut key = Vec::with_capacity(40);
        key.extend(cluster.to_be_bytes());
        key.extend(position.xid.to_be_bytes());
        key.extend(position.id.as_bytes());
        key.extend(position.since.timestamp_micros().to_be_bytes());
        self.write(Kind::Feed, &key)
    }

    /// The position in a cursor of [`Scope::feed`]; `now` is the database's clock.
    ///
    /// # Errors
    /// [`CursorError::Invalid`]; [`CursorError::Expired`] when too old or of another cluster.
    pub fn read_feed(self, text: &str, cluster: i64, now: DateTime<Utc>) -> Result<Position, CursorError> {
        let key: [u8; 40] = self.read(Kind::Feed, text)?.try_into().map_err(|_| CursorError::Invalid)?;
        let since = DateTime::from_timestamp_micros(integer(&key, 32)).ok_or(CursorError::Invalid)?;
        if integer(&key, 0) != cluster || since < now - MAX_AGE {
            return Err(CursorError::Expired);
        }
        if since > now + MAX_AHEAD {
            return Err(CursorError::Invalid);
        }
        let id = key[16..32].try_into().map(Uuid::from_bytes).map_err(|_| CursorError::Invalid)?;
        Ok(Position { xid: integer(&key, 8), id, since })
    }

    /// The cursor behind a version of one task. It does not age: the trail keeps every version.
    #[must_use]
    pub fn version(self, cluster: i64, version: i64) -> String {
        let mut key = Vec::with_capacity(16);
        key.extend(cluster.to_be_bytes());
        key.extend(version.to_be_bytes());
        self.write(Kind::Version, &key)
    }

    /// The version in a cursor of [`Scope::version`], 0 or more.
    ///
    /// # Errors
    /// [`CursorError::Invalid`]; [`CursorError::Expired`] when of another cluster.
    pub fn read_version(self, text: &str, cluster: i64) -> Result<i64, CursorError> {
        let key: [u8; 16] = self.read(Kind::Version, text)?.try_into().map_err(|_| CursorError::Invalid)?;
        match (integer(&key, 0) == cluster, integer(&key, 8)) {
            (false, _) => Err(CursorError::Expired),
            (true, version @ 0..) => Ok(version),
            (true, _) => Err(CursorError::Invalid),
        }
    }

    fn write(self, kind: Kind, key: &[u8]) -> String {
        let mut bytes = vec![VERSION, kind as u8];
        bytes.extend(self.0);
        bytes.extend(key);
        bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn read(self, kind: Kind, text: &str) -> Result<Vec<u8>, CursorError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(CursorError::Invalid);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError::Invalid)?;
        let (body, checksum) = bytes.split_last_chunk::<CHECKSUM_BYTES>().ok_or(CursorError::Invalid)?;
        let head = [&[VERSION, kind as u8], self.0.as_slice()].concat();
        match body.strip_prefix(head.as_slice()) {
            Some(key) if crc32fast::hash(body).to_be_bytes() == *checksum => Ok(key.to_vec()),
            _ => Err(CursorError::Invalid),
        }
    }
}

/// Tells the keys apart.
#[derive(Clone, Copy)]
enum Kind {
    Page = 1,
    Feed = 2,
    Version = 3,
}

fn integer(bytes: &[u8], at: usize) -> i64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map(i64::from_be_bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests;
