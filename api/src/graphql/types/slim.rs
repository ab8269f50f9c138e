//! A value on the heap whose resolving is on the heap as well, and only as long as it goes on.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};

/// The engine keeps room in each open stream for an item and for the whole of its resolving, kilobytes for a
/// [`super::TaskUpdate`]. Of this it keeps two pointers.
pub(crate) struct Slim<T>(Box<T>);

impl<T> From<T> for Slim<T> {
    fn from(value: T) -> Self {
        Slim(Box::new(value))
    }
}

impl<T: OutputType> OutputType for Slim<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.introspection_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        Box::pin(self.0.resolve(ctx, field)).await
    }
}
