//! What the macros cannot say: a parameter that may be left out is never null, and a page's items have a name.

use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ArrayItems, SchemaType};
use utoipa::openapi::{OpenApi, Ref, RefOr, Schema, Type};

/// Takes null from the types of parameters: an address and a header cannot hold it.
pub(super) fn parameters(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        if let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema
            && let SchemaType::Array(types) = &mut object.schema_type
        {
            types.retain(|kind| *kind != Type::Null);
            if let [kind] = types.as_slice() {
                object.schema_type = SchemaType::Type(kind.clone());
            }
        }
    }
}

/// Lets `Page_X` refer to `X` instead of spelling it out.
pub(super) fn pages(api: &mut OpenApi) {
    let Some(components) = &mut api.components else { return };
    for (name, schema) in &mut components.schemas {
        if let (Some(item), RefOr::T(Schema::Object(page))) = (name.strip_prefix("Page_"), schema)
            && let Some(RefOr::T(Schema::Array(items))) = page.properties.get_mut("items")
        {
            items.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(item).into()));
        }
    }
}
