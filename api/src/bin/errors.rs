//! Prints the list of error codes; with a path as its argument it writes it there.
//!
//! `cargo run -p api --bin errors -- docs/ERRORS.md`

use std::io::Write;

fn main() -> std::io::Result<()> {
    let text = api::error::reference();
    match std::env::args_os().nth(1) {
        Some(path) => std::fs::write(path, text),
        None => std::io::stdout().write_all(text.as_bytes()),
    }
}
