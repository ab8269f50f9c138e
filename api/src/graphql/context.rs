//! What resolvers take from the request.

use async_graphql::Context;
use domain::audit::Caller;

use crate::error::ApiError;
use crate::state::AppState;

/// The process's parts.
///
/// # Errors
/// `Internal`: the schema was built without them.
pub(crate) fn state<'a>(ctx: &Context<'a>) -> Result<&'a AppState, ApiError> {
    ctx.data_opt().ok_or_else(ApiError::internal)
}

/// Who asks.
///
/// # Errors
/// `Unauthenticated`: nobody was authenticated on the way here. The transports refuse such requests before.
pub(crate) fn caller<'a>(ctx: &Context<'a>) -> Result<&'a Caller, ApiError> {
    ctx.data_opt().ok_or_else(ApiError::unauthenticated)
}
