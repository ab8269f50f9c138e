//! The built files, each packed by gzip when it was built, and the answers that carry them.

use std::io::Read as _;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::read::GzDecoder;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::negotiate::{names_tag, takes_gzip};
use crate::error::ApiError;

/// `web/dist`: in the binary, or on disk in debug builds.
#[derive(RustEmbed)]
#[folder = "../web/dist"]
struct Dist;

/// A file of the page.
#[derive(Debug)]
pub(super) struct File {
    content_type: HeaderValue,
    /// Whether its name changes with its content.
    is_hashed: bool,
    packed: Bytes,
    /// Names the content, without quotes.
    tag: String,
}

impl File {
    /// The file at a path below `/graphiql/`, if there is one.
    pub(super) fn find(path: &str) -> Option<File> {
        // In debug builds this is a path on disk.
        if path.split('/').any(|part| part.is_empty() || part.starts_with('.') || part.contains('\\')) {
            return None;
        }
        Dist::get(&format!("graphiql/{path}.gz")).and_then(|file| File::of(path, file))
    }

    /// Only files of a known type are ours.
    fn of(path: &str, file: EmbeddedFile) -> Option<File> {
        let content_type = HeaderValue::from_static(content_type(path)?);
        let tag = hex(&file.metadata.sha256_hash()[..16]);
        let packed = match file.data {
            std::borrow::Cow::Borrowed(data) => Bytes::from_static(data),
            std::borrow::Cow::Owned(data) => Bytes::from(data),
        };
        Some(File { content_type, is_hashed: path.starts_with("assets/"), packed, tag })
    }

    /// As the client wants it: packed if it can unpack, and without a body if it has it already.
    pub(super) async fn answer(self, request: &HeaderMap) -> Response {
        let is_packed = takes_gzip(request);
        // A strong tag names the bytes that are sent.
        let tag = if is_packed { format!("\"{}-gzip\"", self.tag) } else { format!("\"{}\"", self.tag) };
        let cache = if self.is_hashed { "public, max-age=31536000, immutable" } else { "no-store" };
        let headers = [(header::CACHE_CONTROL, cache), (header::VARY, "Accept-Encoding")];
        if self.is_hashed && names_tag(request, &tag) {
            return (StatusCode::NOT_MODIFIED, headers, [(header::ETAG, tag)]).into_response();
        }
        let body = if is_packed { Ok(self.packed) } else { unpacked(self.packed).await };
        let Ok(body) = body else { return ApiError::internal().into_response() };
        let mut response = (headers, [(header::ETAG, tag)], Body::from(body)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, self.content_type);
        if is_packed {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

/// Elsewhere than where requests are answered: the largest file takes some milliseconds.
async fn unpacked(packed: Bytes) -> std::io::Result<Bytes> {
    let unpack = move || {
        let mut data = Vec::new();
        GzDecoder::new(packed.as_ref()).read_to_end(&mut data)?;
        Ok(Bytes::from(data))
    };
    let data = tokio::task::spawn_blocking(unpack).await.map_err(std::io::Error::other).flatten();
    data.inspect_err(|error| tracing::error!(%error, "a file of GraphiQL is damaged"))
}

fn content_type(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "md" => "text/markdown; charset=utf-8",
        "svg" => "image/svg+xml",
        "ttf" => "font/ttf",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
