//! Prints the GraphQL schema, sorted; with a path as its argument it writes it there.
//!
//! `cargo run -p api --bin schema -- schema.graphql`

use std::io::Write;

fn main() -> std::io::Result<()> {
    let sdl = api::graphql::sdl();
    match std::env::args_os().nth(1) {
        Some(path) => std::fs::write(path, sdl),
        None => std::io::stdout().write_all(sdl.as_bytes()),
    }
}
