//! What a filter asks of one field. The same shapes everywhere, so that a client learns them once; `null` is as if left out.

mod date_time;
mod equality;
mod int;

use std::fmt::Display;

pub(crate) use date_time::DateTimeFilter;
pub(crate) use equality::{AuditActionFilter, IdFilter, StringFilter, TaskStatusFilter};
pub(crate) use int::IntFilter;

use domain::condition::Condition;

use crate::error::ApiError;

/// Most values of `in`.
const MAX_VALUES: usize = 100;

/// `eq` and `in` of a field, both of which must hold; `read` says what a client's value means, or which rule it breaks.
///
/// # Errors
/// `BadUserInput` with the operator's path.
fn one_of<V, T: Ord + Clone, R: Display>(
    field: &str,
    eq: Option<V>,
    within: Option<Vec<V>>,
    read: impl Fn(V) -> Result<T, R>,
) -> Result<Condition<T>, ApiError> {
    let broken = |operator, rule: R| ApiError::field(["filter", field, operator], rule.to_string());
    let eq = eq.map(|value| read(value).map_err(|rule| broken("eq", rule))).transpose()?;
    let condition = Condition::from(eq);
    let Some(values) = within else { return Ok(condition) };
    if values.is_empty() || values.len() > MAX_VALUES {
        return Err(ApiError::field(["filter", field, "in"], format!("must have 1 to {MAX_VALUES} values")));
    }
    let values: Vec<_> =
        values.into_iter().map(|value| read(value).map_err(|rule| broken("in", rule))).collect::<Result<_, _>>()?;
    Ok(condition.and(Condition::one_of(values)))
}
