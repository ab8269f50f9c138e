//! `connection_init`: who is at the other end.

use std::future::Future;

use async_graphql::{Data, Error, Result};
use serde_json::Value;

use super::closing::Closing;
use crate::caller;
use crate::request_id::RequestContext;
use crate::state::AppState;

/// The callback that answers `connection_init`: the payload's `authorization`, in any case of letters, is checked as the
/// header of that name is.
pub(super) fn authenticate(
    state: AppState,
    context: RequestContext,
    closing: Closing,
) -> impl FnOnce(Value) -> std::pin::Pin<Box<dyn Future<Output = Result<Data>> + Send>> + Send + 'static {
    move |payload| {
        Box::pin(async move {
            match caller::authenticate(&state, authorization(&payload), &context).await {
                Ok(caller) => {
                    closing.initialised();
                    let mut data = Data::default();
                    data.insert(caller);
                    Ok(data)
                }
                Err(error) => {
                    closing.init_failed(&error);
                    Err(Error::from(error))
                }
            }
        })
    }
}

/// Two spellings with different values are refused, as two headers are.
fn authorization(payload: &Value) -> Option<&str> {
    let fields = payload.as_object()?.iter();
    let mut values = fields.filter(|(name, _)| name.eq_ignore_ascii_case("authorization")).map(|(_, value)| value.as_str());
    match (values.next(), values.next()) {
        (Some(value), None) => value,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_field_is_found_in_any_case() {
        for name in ["authorization", "Authorization", "AUTHORIZATION"] {
            assert_eq!(authorization(&json!({name: "Bearer x", "other": 1})), Some("Bearer x"));
        }
        for bad in
            [json!(null), json!([]), json!({}), json!({"authorization": 1}), json!({"authorization": "a", "Authorization": "a"})]
        {
            assert_eq!(authorization(&bad), None, "{bad}");
        }
    }
}
