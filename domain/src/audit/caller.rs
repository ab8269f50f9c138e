//! Who asks, and within which request: what an audit row says about its origin.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::TraceContext;
use crate::access::Scopes;

/// An authenticated caller of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// The tenant every statement of the request is about.
    pub tenant_id: Uuid,
    /// The user the credentials belong to.
    pub user_id: Uuid,
    /// The API key that was used.
    pub key_id: Option<String>,
    /// What the credentials may be used for. The API checks them; the functions of this crate do not look at them.
    pub scopes: Scopes,
    /// From when on the credentials are refused.
    pub ends_at: DateTime<Utc>,
    /// Where the request came from: the hash of a row of `audit_origins`.
    pub origin_hash: Option<Vec<u8>>,
    /// The request's id, as answered to the client.
    pub request_id: Option<String>,
    /// The request's span.
    pub trace: Option<TraceContext>,
}

impl Caller {
    /// `user:<id>`, as it stands in `audit_logs.actor`.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("user:{}", self.user_id)
    }

    /// The request's trace: 32 hex digits.
    #[must_use]
    pub fn trace_id(&self) -> Option<String> {
        self.trace.map(TraceContext::trace_id)
    }

    /// The W3C `traceparent` that a task keeps of the request which submitted it.
    pub(crate) fn traceparent(&self) -> Option<String> {
        self.trace.map(|trace| trace.to_string())
    }
}
