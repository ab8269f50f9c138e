//! Prints the REST facade's OpenAPI document; with a path as its argument it writes it there.
//!
//! `cargo run -p api --bin openapi -- docs/openapi.json`

use std::io::Write;

fn main() -> std::io::Result<()> {
    let text = api::openapi();
    match std::env::args_os().nth(1) {
        Some(path) => std::fs::write(path, text),
        None => std::io::stdout().write_all(text.as_bytes()),
    }
}
