//! The keys of an issuer, from its JWK set (RFC 7517).

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, AlgorithmFamily};
use serde::Deserialize;
use serde_json::Value;

use super::key::{Key, Unusable};

/// Most keys of a set. Issuers have two or three.
const MAX_KEYS: usize = 100;

/// Why a text is no set of keys.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoSet {
    #[error("it is not a JWK set")]
    NotJwks,
    #[error("it has more than {MAX_KEYS} keys")]
    TooMany,
}

/// The keys that can be used.
#[derive(Debug, Default)]
pub(super) struct KeySet {
    /// `None` stands for an id that two keys have: neither is used, rather than one of them chosen.
    named: HashMap<String, Option<Arc<Key>>>,
    unnamed: Vec<Arc<Key>>,
}

/// What we read of one key. Everything else (certificates above all) is not looked at.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<Value>,
}

impl KeySet {
    /// Reads a set. A key that we cannot use is left out, as RFC 7517, 5, wants it; the log says why.
    pub(super) fn read(text: &[u8]) -> Result<KeySet, NoSet> {
        let set: Value = serde_json::from_slice(text).map_err(|_| NoSet::NotJwks)?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or(NoSet::NotJwks)?;
        if keys.len() > MAX_KEYS {
            return Err(NoSet::TooMany);
        }
        let mut set = KeySet::default();
        for key in keys {
            let read = Jwk::deserialize(key).map_err(|_| Unusable("it is not a JWK")).and_then(|jwk| Ok((jwk.key()?, jwk.kid)));
            match read {
                Ok((key, key_id)) => set.add(key_id, key),
                Err(reason) => tracing::warn!(%reason, "left out a key of the issuer's set"),
            }
        }
        Ok(set)
    }

    fn add(&mut self, key_id: Option<String>, key: Key) {
        let key = Arc::new(key);
        match key_id.map(|key_id| self.named.entry(key_id)) {
            None => self.unnamed.push(key),
            Some(Entry::Vacant(entry)) => {
                entry.insert(Some(key));
            }
            Some(Entry::Occupied(mut entry)) => {
                tracing::warn!("left out two keys of the issuer's set that have the same id");
                entry.insert(None);
            }
        }
    }

    /// The key of that name; without a name, the only key there is.
    pub(super) fn find(&self, key_id: Option<&str>) -> Option<Arc<Key>> {
        match key_id {
            Some(key_id) => self.named.get(key_id)?.clone(),
            None => match (self.named.values().next(), &*self.unnamed) {
                (Some(only), []) if self.named.len() == 1 => only.clone(),
                (None, [only]) => Some(Arc::clone(only)),
                _ => None,
            },
        }
    }
}

impl Jwk {
    fn key(&self) -> Result<Key, Unusable> {
        if self.purpose.as_ref().is_some_and(|purpose| purpose != "sig") {
            return Err(Unusable("it is not for signatures"));
        }
        if self.key_ops.as_ref().is_some_and(|operations| !operations.iter().any(|operation| operation == "verify")) {
            return Err(Unusable("it is not for verifying"));
        }
        // Everybody can sign with it now.
        if self.d.is_some() {
            return Err(Unusable("it is a private key"));
        }
        let algorithm = self.algorithm()?;
        match algorithm.family() {
            AlgorithmFamily::Rsa => Key::rsa(algorithm, &number(self.n.as_deref())?, &number(self.e.as_deref())?),
            AlgorithmFamily::Ed => Key::point(algorithm, &number(self.x.as_deref())?),
            AlgorithmFamily::Ec => {
                let (x, y) = (number(self.x.as_deref())?, number(self.y.as_deref())?);
                if x.len() != y.len() {
                    return Err(Unusable("it is not on its curve"));
                }
                Key::point(algorithm, &[&[4], &*x, &*y].concat())
            }
            AlgorithmFamily::Hmac => Err(Unusable("its algorithm is not for public keys")),
        }
    }

    /// The algorithm that type and curve leave no choice of. RSA leaves one, which `alg` makes; where it is silent (as at
    /// Microsoft Entra), it is RS256.
    fn algorithm(&self) -> Result<Algorithm, Unusable> {
        let named = self.alg.as_deref().map(str::parse).transpose().map_err(|_| Unusable("its algorithm is not one of ours"))?;
        let fixed = match (&*self.kty, self.crv.as_deref()) {
            ("EC", Some("P-256")) => Algorithm::ES256,
            ("EC", Some("P-384")) => Algorithm::ES384,
            ("OKP", Some("Ed25519")) => Algorithm::EdDSA,
            ("RSA", _) => named.unwrap_or(Algorithm::RS256),
            _ => return Err(Unusable("its type or curve is not one of ours")),
        };
        let fits = named.is_none_or(|named| named == fixed) && (self.kty != "RSA" || fixed.family() == AlgorithmFamily::Rsa);
        if fits { Ok(fixed) } else { Err(Unusable("its algorithm is not for its type")) }
    }
}

fn number(text: Option<&str>) -> Result<Vec<u8>, Unusable> {
    text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).ok_or(Unusable("a part of it is missing or no base64url"))
}
