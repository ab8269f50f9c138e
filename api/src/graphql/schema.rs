//! The schema with its limits, and its text.

use async_graphql::SDLExportOptions;

use super::guard;
use super::mutation::Mutation;
use super::query::Query;
use super::subscription::Subscription;
use crate::config::GraphqlLimits;
use crate::state::AppState;

/// The schema's type.
pub(crate) type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// Most directives on one field.
const MAX_DIRECTIVES: usize = 5;

/// The schema; without a state it can be described but not executed.
pub(crate) fn build(state: Option<AppState>, limits: &GraphqlLimits) -> Schema {
    let builder = Schema::build(Query, Mutation, Subscription)
        .limit_depth(limits.depth)
        .limit_complexity(limits.cost)
        .limit_recursive_depth(guard::MAX_HEIGHT)
        .limit_directives(MAX_DIRECTIVES)
        .disable_suggestions();
    let introspection = state.as_ref().is_none_or(|state| state.config.introspection.0);
    let builder = if introspection { builder } else { builder.disable_introspection() };
    match state {
        Some(state) => builder.data(state).finish(),
        None => builder.finish(),
    }
}

/// The schema in GraphQL's schema language, sorted: what `schema.graphql` holds.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by()
        .prefer_single_line_descriptions()
        .use_space_ident();
    let text = build(None, &GraphqlLimits::default()).sdl_with_options(options);
    // One newline at the end, none before it.
    format!("{}\n", text.trim_end())
}

/// What list fields cost; `first` is what the client asks for, in range or not.
pub(crate) fn list_cost(first: Option<i32>, child_complexity: usize) -> usize {
    let first = usize::try_from(first.unwrap_or(super::page::DEFAULT_FIRST)).unwrap_or(0).clamp(1, 100);
    10 + first * child_complexity
}
