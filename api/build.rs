//! Says when a binary is built without the pages of `web/`, which are optional: nothing here needs Node.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A debug build reads the files when they are asked for, so it need not be made again when they change.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        return;
    }
    println!("cargo::rerun-if-changed=../web/dist");
    if !Path::new("../web/dist/graphiql/index.html.gz").exists() {
        println!("cargo::warning=/graphiql will only say how to build its page: in web/, run `npm ci && npm run build`");
    }
}
