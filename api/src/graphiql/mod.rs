//! GraphiQL: a page at `/graphiql` for trying the API out. It holds no key: its user puts one into the headers tab.
//!
//! Built by npm in `web/` and part of the binary; a debug build reads it from disk. Everything comes from this server.

mod file;
mod negotiate;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

use self::file::File;

/// The page's address; its files are below.
const PATH: &str = "/graphiql";

/// Only what this server sends, and no page around it. Styles: the editor sets them on its elements. Workers: the
/// editor's, whose scripts are ours. Fonts and images are partly within the style sheet.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self' blob:; \
     style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// What is shown when the binary was built without the page.
const STUB: &str = include_str!("stub.html");

/// The page and its files, for everybody.
pub(crate) fn router() -> Router {
    Router::new()
        .route(PATH, get(page))
        .route("/graphiql/", get(async || Redirect::permanent(PATH)))
        .route("/graphiql/{*path}", get(file))
        .layer(map_response(hardened))
}

async fn page(headers: HeaderMap) -> Response {
    match File::find("index.html") {
        Some(page) => page.answer(&headers).await,
        None => ([(header::CACHE_CONTROL, "no-store")], Html(STUB)).into_response(),
    }
}

async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    match File::find(&path) {
        Some(file) => file.answer(&headers).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn hardened(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
