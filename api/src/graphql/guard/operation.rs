//! Which operation of a document is asked for, and whether the variables it cannot do without are there. The engine would
//! notice a missing one in the middle of the execution, when other fields have been written already.

use std::collections::HashSet;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{Name, Request, ServerError, Value};

use super::Rejected;
use crate::error::{ApiError, FieldError};

/// The type of the operation that the request names. The request keeps the variables that this operation declares: the engine
/// would hold the others as long as a stream goes on.
///
/// # Errors
/// `BAD_USER_INPUT`: no operation of that name, or several and no name, or variables are missing.
pub(super) fn check(document: &ExecutableDocument, request: &mut Request) -> Result<OperationType, Rejected> {
    let operation = select(&document.operations, request.operation_name.as_deref())
        .ok_or_else(|| ApiError::field(["operationName"], UNCLEAR))?;
    let given = |name: &Name| request.variables.get(name).is_some_and(|value| *value != Value::Null);
    let definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
    let missing: Vec<_> = definitions
        .filter(|variable| !variable.var_type.node.nullable && !given(&variable.name.node))
        // A default stands in for a variable that is absent, not for one that is null.
        .filter(|variable| variable.default_value.is_none() || request.variables.contains_key(&variable.name.node))
        .map(|variable| FieldError {
            path: vec!["variables".into(), variable.name.node.to_string()],
            rule: format!("is required: {}", variable.var_type.node),
        })
        .collect();
    if !missing.is_empty() {
        return Err(Rejected::Invalid(ServerError::from(&ApiError::invalid(missing))));
    }
    let declared: HashSet<_> = operation.variable_definitions.iter().map(|definition| &definition.node.name.node).collect();
    request.variables.retain(|name, _| declared.contains(name));
    Ok(operation.ty)
}

const UNCLEAR: &str = "must name an operation of the document; it may be left out when there is one only";

fn select<'a>(operations: &'a DocumentOperations, name: Option<&str>) -> Option<&'a OperationDefinition> {
    match (operations, name) {
        (DocumentOperations::Single(operation), None) => Some(&operation.node),
        (DocumentOperations::Multiple(named), Some(name)) => named.get(name).map(|operation| &operation.node),
        (DocumentOperations::Multiple(named), None) if named.len() == 1 => named.values().next().map(|operation| &operation.node),
        _ => None,
    }
}
