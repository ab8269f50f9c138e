//! Answers that carry a file, whatever was built.

use std::io::Write as _;

use axum::body::to_bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

const TEXT: &[u8] = b"let answer = 42;";

fn file(is_hashed: bool) -> File {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(TEXT).unwrap();
    let content_type = HeaderValue::from_static(content_type("assets/main-x.js").unwrap());
    File { content_type, is_hashed, packed: encoder.finish().unwrap().into(), tag: "t".into() }
}

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
}

async fn body(response: Response) -> Vec<u8> {
    to_bytes(response.into_body(), 1024).await.unwrap().to_vec()
}

#[tokio::test]
async fn a_browser_gets_the_packed_bytes_and_keeps_them() {
    let response = file(true).answer(&headers(&[("accept-encoding", "gzip, deflate, br")])).await;
    let expected = [
        ("content-type", "text/javascript; charset=utf-8"),
        ("content-encoding", "gzip"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("vary", "Accept-Encoding"),
        ("etag", "\"t-gzip\""),
    ];
    for (name, value) in expected {
        assert_eq!(response.headers()[name], value);
    }
    let mut text = Vec::new();
    GzDecoder::new(body(response).await.as_slice()).read_to_end(&mut text).unwrap();
    assert_eq!(text, TEXT);
}

#[tokio::test]
async fn who_cannot_unpack_gets_the_text_itself() {
    let response = file(true).answer(&headers(&[])).await;
    assert!(!response.headers().contains_key("content-encoding"));
    assert_eq!(response.headers()["etag"], "\"t\"");
    assert_eq!(body(response).await, TEXT);
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again_and_the_page_always_is() {
    let has = headers(&[("accept-encoding", "gzip"), ("if-none-match", "\"t-gzip\"")]);
    let response = file(true).answer(&has).await;
    assert_eq!((response.status(), response.headers()["etag"].to_str().unwrap()), (StatusCode::NOT_MODIFIED, "\"t-gzip\""));
    assert!(body(response).await.is_empty());
    // The other encoding is another thing.
    assert_eq!(file(true).answer(&headers(&[("if-none-match", "\"t-gzip\"")])).await.status(), StatusCode::OK);
    let page = file(false).answer(&has).await;
    assert_eq!((page.status(), page.headers()["cache-control"].to_str().unwrap()), (StatusCode::OK, "no-store"));
}

#[test]
fn nothing_outside_the_folder_is_a_file() {
    for path in
        ["../.gitignore", "assets/../../.gitignore", "/etc/passwd", "..\\x.js", "assets//x.js", ".gitignore", "", "assets"]
    {
        assert!(File::find(path).is_none(), "{path}");
    }
}

#[test]
fn every_built_file_has_a_type() {
    for path in Dist::iter().filter(|path| path.starts_with("graphiql/")) {
        let path = path.strip_prefix("graphiql/").and_then(|path| path.strip_suffix(".gz")).unwrap();
        assert!(File::find(path).is_some(), "{path}");
    }
}
