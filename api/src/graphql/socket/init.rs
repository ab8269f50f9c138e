//! `connection_init`: who is at the other end.

use std::sync::Arc;

use async_graphql::Data;
use serde_json::{Map, Value};

use crate::access::Kind;
use crate::caller;
use crate::error::ApiError;
use crate::request_id::RequestContext;
use crate::state::AppState;

/// Checks the payload's `authorization`, in any case of letters, as the header of that name is checked.
///
/// # Errors
/// `Unauthenticated`, `TooManyConnections`, `RateLimited`; `Unavailable` or `Internal` when the database fails.
pub(super) async fn authenticate(
    state: AppState,
    context: RequestContext,
    payload: Map<String, Value>,
) -> Result<Arc<Data>, ApiError> {
    let caller = caller::authenticate(&state, authorization(&payload), &context).await?;
    let session = state.access.session(&caller, Kind::Socket)?;
    let mut data = Data::default();
    data.insert(session);
    data.insert(caller);
    Ok(Arc::new(data))
}

/// Two spellings with different values are refused, as two headers are.
fn authorization(payload: &Map<String, Value>) -> Option<&str> {
    let fields = payload.iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let mut values = fields.map(|(_, value)| value.as_str());
    match (values.next(), values.next()) {
        (Some(value), None) => value,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(payload: &Value) -> Option<&str> {
        authorization(payload.as_object().unwrap())
    }

    #[test]
    fn the_field_is_found_in_any_case() {
        for name in ["authorization", "Authorization", "AUTHORIZATION"] {
            assert_eq!(read(&json!({name: "Bearer x", "other": 1})), Some("Bearer x"));
        }
        for bad in [json!({}), json!({"authorization": 1}), json!({"authorization": "a", "Authorization": "a"})] {
            assert_eq!(read(&bad), None, "{bad}");
        }
    }
}
