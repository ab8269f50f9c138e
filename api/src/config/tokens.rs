//! Whose tokens are believed.

use std::sync::Arc;

use boot::Env;

use crate::jwt::{Jwt, Settings};

/// The verifier of an issuer's tokens, if there is one. Clones share its keys.
#[derive(Clone, Debug, Default)]
pub struct Tokens(pub Option<Arc<Jwt>>);

impl Tokens {
    /// Reads the variables of [`Settings::read`]; mistakes go to `env`.
    pub fn read(env: &mut Env, development: bool) -> Tokens {
        let verifier = Settings::read(env, development).map(Jwt::new);
        match verifier.transpose() {
            Ok(verifier) => Tokens(verifier.map(Arc::new)),
            Err(error) => {
                env.mistake("JWT_JWKS_URL", error);
                Tokens(None)
            }
        }
    }
}

impl PartialEq for Tokens {
    /// The same verifier, or none.
    fn eq(&self, other: &Tokens) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

impl Eq for Tokens {}
