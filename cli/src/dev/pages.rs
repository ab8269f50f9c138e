//! The pages of `web/`, built by npm where they are missing or older than their sources. They are an extra: whatever
//! goes wrong with them is said, and everything else runs on.

mod npm;
mod sources;

use std::path::Path;
use std::time::Duration;

use localpg::Lock;

use self::npm::Npm;
use super::progress;

/// In the repository this program was built from.
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../web");
/// For each of the two steps. The first one fetches packages, on a first start.
const LIMIT: Duration = Duration::from_secs(120);
const WITHOUT: &str = "all else works; /graphiql says how to build its page";

/// Builds them if need be. Dropped before its end, it leaves no npm behind.
pub(super) async fn build() {
    // A release build has them within, or never will.
    if cfg!(debug_assertions) {
        build_in(Path::new(SOURCES), Npm::new("npm", LIMIT)).await;
    }
}

async fn build_in(web: &Path, npm: Npm) {
    if !sources::are_there(web) || sources::are_built(web) {
        return;
    }
    match try_build(web, npm).await {
        Ok(()) => progress("the pages are built"),
        Err(reason) => progress(&format!("the pages were not built: {reason} ({WITHOUT})")),
    }
}

async fn try_build(web: &Path, npm: Npm) -> Result<(), String> {
    if !npm.is_there().await {
        return Err("there is no npm".to_owned());
    }
    let lock = web.join("dist/.lock");
    let _lock = Lock::take(&lock, &web.join("dist")).map_err(|error| error.to_string())?;
    progress("building the pages of web/ with npm, this once ...");
    if !sources::are_installed(web) {
        npm.run(web, &["ci", "--no-audit", "--no-fund", "--fetch-retries=1"]).await?;
    }
    npm.run(web, &["run", "build"]).await
}

#[cfg(test)]
mod tests;
