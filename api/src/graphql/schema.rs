//! The schema with its limits, and its text.

use async_graphql::parser::types::{Field, VariableDefinition};
use async_graphql::{Positioned, SDLExportOptions, SchemaBuilder, ServerResult, VisitorContext};

use super::began::NoteBegin;
use super::guard;
use super::mutation::Mutation;
use super::page::MAX_LISTED;
use super::query::Query;
use super::subscription::Subscription;
use crate::config::GraphqlLimits;
use crate::state::AppState;

/// The schema's type.
pub(crate) type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema; without a state it can be described but not executed.
pub(crate) fn build(state: Option<AppState>, limits: &GraphqlLimits) -> Schema {
    let builder = builder(limits).extension(NoteBegin { most_points: limits.cost });
    match state {
        Some(state) => builder.data(state).finish(),
        None => builder.finish(),
    }
}

/// The schema with its limits, to be completed.
pub(super) fn builder(limits: &GraphqlLimits) -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query, Mutation, Subscription)
        .limit_depth(limits.depth)
        .limit_recursive_depth(guard::MAX_HEIGHT)
        .disable_suggestions()
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
    format!("{}\n", without_built_in_directives(&text).trim_end())
}

/// GraphQL's own directives, which every tool knows, may be left out (specification, 3.13); the engine writes them without
/// saying what their arguments are.
fn without_built_in_directives(sdl: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in sdl.lines() {
        if ["include", "skip", "specifiedBy", "oneOf"].iter().any(|name| line.starts_with(&format!("directive @{name}"))) {
            lines.pop_if(|description| description.starts_with('"'));
        } else {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// What list fields cost; `first` and `last` are what the client asks for, in range or not.
///
/// They are read here, and not named in the fields' attributes: arguments that are named there are read in an order that changes
/// from one compilation to the next, and with it the program (async-graphql-derive 7.2, a `HashSet`). Who builds a commit again
/// should get the same one.
///
/// # Errors
/// An argument has another type.
pub(crate) fn list_cost(
    ctx: &VisitorContext<'_>,
    variables: &[Positioned<VariableDefinition>],
    field: &Field,
    child_complexity: usize,
) -> ServerResult<usize> {
    let rows = |name| ctx.param_value::<Option<i32>>(variables, field, name, None);
    let rows = rows("first")?.max(rows("last")?).unwrap_or(super::page::DEFAULT_ROWS);
    Ok(10usize.saturating_add(usize::try_from(rows).unwrap_or(0).clamp(1, 100).saturating_mul(child_complexity)))
}

/// What a list without pages costs.
pub(crate) fn short_list_cost(first: i32, child_complexity: usize) -> usize {
    10usize.saturating_add(usize::try_from(first).unwrap_or(0).clamp(1, usize::from(MAX_LISTED)).saturating_mul(child_complexity))
}
