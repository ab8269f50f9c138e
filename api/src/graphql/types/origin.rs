//! `AuditOrigin`

use async_graphql::SimpleObject;
use domain::entity::audit_origin::Model;

/// Where an action came from. It stands beside the trail, which has a salted hash of it alone, and can be erased.
#[derive(SimpleObject)]
pub(crate) struct AuditOrigin {
    /// The client's IP address.
    address: String,
    /// What the client calls itself; empty when it did not say.
    user_agent: String,
    /// The salt in base64url. SHA-256 of salt, address, a zero byte and user agent is what the trail has.
    salt: String,
}

impl From<Model> for AuditOrigin {
    fn from(row: Model) -> Self {
        Self { address: row.address, user_agent: row.user_agent, salt: encode(&row.salt) }
    }
}

/// As hashes and salts are shown.
pub(crate) fn encode(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
