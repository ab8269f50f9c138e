//! What a token must say, and how its claims are read. Everything that [`Validation`] leaves open by default is closed
//! here or in [`super::claims`].

use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, Validation};

use super::name::Name;

/// How far the issuer's clock and ours may differ.
pub(super) const LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// Longest life of a token: a stolen one is a danger for as long, since nothing revokes it.
pub(super) const MAX_LIFE: TimeDelta = TimeDelta::hours(24);

/// What one issuer's tokens must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) issuer: String,
    pub(super) audiences: Vec<String>,
    pub(super) tenant: Name,
    pub(super) user: Name,
    pub(super) scope: Name,
}

impl Rules {
    /// The library's part, for a key of this algorithm.
    pub(super) fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        // Left out of this list, a claim of a wrong type passes as if it were not there.
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&self.audiences);
        validation.validate_nbf = true;
        validation.leeway = LEEWAY.num_seconds().unsigned_abs();
        validation
    }
}
