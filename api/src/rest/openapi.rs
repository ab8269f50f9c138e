//! The facade's description, OpenAPI 3.1: made from the handlers' own, and served at `/openapi.json`.

mod problem;
mod responses;
mod tidy;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;

use self::problem::{FieldProblem, Problem};

const DESCRIPTION: &str = "Submits tasks and shows what becomes of them. Every request needs an API key or a token, and every error is \
a problem of RFC 9457 with a stable `code`. Times are RFC 3339 in UTC. What this facade leaves out, GraphQL has.";

const KEY: &str = "key";

/// `/openapi.json`; it tells nothing that the repository does not, and needs no key.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let text: &'static str = document().leak();
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")];
    Router::new().route("/openapi.json", get(async move || (headers, text).into_response()))
}

/// The description as it is served, and as it is committed in `docs/openapi.json`.
#[must_use]
pub fn document() -> String {
    let mut api = OpenApiRouter::with_openapi(base()).merge(super::described()).into_openapi();
    for (path, item) in &mut api.paths.paths {
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            responses::complete(path, operation);
            tidy::parameters(operation);
        }
    }
    tidy::pages(&mut api);
    // The types write themselves as JSON; a failure would be a bug of theirs, seen by every test.
    let mut text = api.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

fn base() -> OpenApi {
    let info = InfoBuilder::new().title("ctap").description(Some(DESCRIPTION)).version(env!("CARGO_PKG_VERSION"));
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description = Some("An API key, or a token of the configured issuer.".to_owned());
    let components = ComponentsBuilder::new()
        .security_scheme(KEY, SecurityScheme::Http(bearer))
        .schema_from::<Problem>()
        .schema_from::<FieldProblem>()
        .schema_from::<crate::error::Code>();
    OpenApiBuilder::new()
        .info(info.build())
        .components(Some(components.build()))
        .security(Some([SecurityRequirement::new(KEY, Vec::<String>::new())]))
        .tags(Some([TagBuilder::new().name("tasks").description(Some("Tasks and their trail.")).build()]))
        .build()
}
