//! `limit` and `after` of a list.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;

use crate::error::{ApiError, FieldError};

const DEFAULT_LIMIT: u64 = 50;
const MAX_LIMIT: u64 = 100;

/// Which page of a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PageQuery {
    /// At most this many items, 1 to 100.
    pub(super) limit: u64,
    /// The `next` of the page before.
    pub(super) after: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for PageQuery {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<PageQuery, ApiError> {
        match Query::<Vec<(String, String)>>::from_request_parts(parts, state).await {
            Ok(Query(pairs)) => read(pairs),
            Err(_) => Err(ApiError::field(["query"], "must be a valid query string")),
        }
    }
}

fn read(pairs: Vec<(String, String)>) -> Result<PageQuery, ApiError> {
    let (mut limit, mut after) = (None, None);
    let mut errors = Vec::new();
    let mut broken = |name: &str, rule: &str| errors.push(FieldError { path: vec![name.to_owned()], rule: rule.to_owned() });
    for (name, value) in pairs {
        match name.as_str() {
            "limit" if limit.is_some() => broken("limit", "must be given once"),
            "after" if after.is_some() => broken("after", "must be given once"),
            "limit" => match value.parse::<u64>().ok().filter(|number| (1..=MAX_LIMIT).contains(number)) {
                None => broken("limit", "must be an integer from 1 to 100"),
                number => limit = number,
            },
            "after" => after = Some(value),
            unknown => broken(unknown, "is not known; known are: limit, after"),
        }
    }
    if errors.is_empty() {
        Ok(PageQuery { limit: limit.unwrap_or(DEFAULT_LIMIT), after })
    } else {
        Err(ApiError::invalid(errors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Result<PageQuery, String> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        read(pairs).map_err(|error| error.message)
    }

    #[test]
    fn limits_have_bounds_and_a_default() {
        assert_eq!(of(&[]).unwrap(), PageQuery { limit: 50, after: None });
        assert_eq!(of(&[("limit", "100"), ("after", "x")]).unwrap(), PageQuery { limit: 100, after: Some("x".into()) });
        for bad in ["0", "101", "-1", "1.0", "", "ten"] {
            assert_eq!(of(&[("limit", bad)]).unwrap_err(), "limit must be an integer from 1 to 100");
        }
        assert!(of(&[("limit", "1"), ("limit", "2")]).is_err());
        assert_eq!(of(&[("first", "1")]).unwrap_err(), "first is not known; known are: limit, after");
    }
}
