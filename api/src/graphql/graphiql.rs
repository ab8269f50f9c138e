//! The page at `/graphiql`, for trying things out. It holds no key: its user types one into the headers tab.

use async_graphql::http::GraphiQLSource;
use axum::response::{Html, IntoResponse};

use super::PATH;

/// The page; its scripts come from a public CDN.
pub(super) async fn page() -> impl IntoResponse {
    Html(GraphiQLSource::build().endpoint(PATH).subscription_endpoint(PATH).title("ctap GraphiQL").finish())
}
