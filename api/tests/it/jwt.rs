//! Tokens of a foreign issuer: which are believed, and that all others are refused. The issuer is a real one, on this
//! machine.

mod cache;
mod claims;
mod forged;
mod good;
mod keys;
mod malformed;
mod settings;

use std::time::Duration;

use api::jwt::{Jwt, Patience, Settings};
use boot::Env;
use serde_json::Value;
use testkit::Issuer;

/// A verifier as the process would make it.
fn verifier(issuer: &Issuer) -> Jwt {
    verifier_of(&issuer.variables())
}

fn verifier_of(variables: &[(&str, String)]) -> Jwt {
    Jwt::new(settings(variables)).unwrap()
}

fn impatient(issuer: &Issuer) -> Jwt {
    let patience = Patience { fetch: Duration::from_millis(100), ..Patience::default() };
    Jwt::new(settings(&issuer.variables()).with_patience(patience)).unwrap()
}

fn settings(variables: &[(&str, String)]) -> Settings {
    let mut env = Env::from_pairs(variables.iter().map(|(name, value)| (*name, value)));
    let settings = Settings::read(&mut env, true);
    env.finish(settings).unwrap().unwrap()
}

/// These claims with one changed or added.
fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

fn without(claims: &Value, name: &str) -> Value {
    let mut claims = claims.clone();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

/// Lets this much time pass at once, for everything that counts in tokio's. (Only for a moment is the clock stopped: while
/// it is, timeouts end the moment nothing else is to be done.)
async fn later(duration: Duration) {
    tokio::time::pause();
    tokio::time::advance(duration).await;
    tokio::time::resume();
}
