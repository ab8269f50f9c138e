//! A key that signatures are checked with, and the one algorithm it is for.

use std::fmt;
use std::ops::RangeInclusive;

use aws_lc_rs::rsa::PublicKey;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents, VerificationAlgorithm,
};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind};
use secrecy::{ExposeSecret, SecretString};

/// Bits of an RSA modulus: below, it can be broken; above, checking a signature takes too long (and the library refuses).
const RSA_BITS: RangeInclusive<usize> = 2048..=8192;

/// One key, one algorithm: a token cannot choose between two.
pub(super) struct Key {
    algorithm: Algorithm,
    decoding: DecodingKey,
}

/// Not a key, or not one that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unusable(pub(super) &'static str);

impl Key {
    /// A point on P-256 or P-384, uncompressed (SEC 1, 2.3.3), or an Ed25519 key. The curve follows from the algorithm.
    pub(super) fn point(algorithm: Algorithm, bytes: &[u8]) -> Result<Key, Unusable> {
        let (verification, decoding): (&'static dyn VerificationAlgorithm, _) = match algorithm {
            Algorithm::ES256 => (&ECDSA_P256_SHA256_FIXED, DecodingKey::from_ec_der(bytes)),
            Algorithm::ES384 => (&ECDSA_P384_SHA384_FIXED, DecodingKey::from_ec_der(bytes)),
            Algorithm::EdDSA => (&ED25519, DecodingKey::from_ed_der(bytes)),
            _ => return Err(Unusable("its algorithm is not for its type")),
        };
        // Takes other encodings as well, of which the verifier would know nothing; the lengths tell them apart.
        let expected = match algorithm {
            Algorithm::ES256 => 1 + 2 * 32,
            Algorithm::ES384 => 1 + 2 * 48,
            _ => 32,
        };
        let parses = bytes.len() == expected && ParsedPublicKey::new(verification, bytes).is_ok();
        if parses { Ok(Key { algorithm, decoding }) } else { Err(Unusable("it is not on its curve")) }
    }

    /// An RSA key: modulus and exponent, big-endian.
    pub(super) fn rsa(algorithm: Algorithm, n: &[u8], e: &[u8]) -> Result<Key, Unusable> {
        if algorithm.family() != AlgorithmFamily::Rsa {
            return Err(Unusable("its algorithm is not for its type"));
        }
        let n = without_leading_zeros(n);
        let bits = n.len() * 8 - n.first().map_or(0, |byte| byte.leading_zeros() as usize);
        if !RSA_BITS.contains(&bits) {
            return Err(Unusable("its modulus must have 2048 to 8192 bits"));
        }
        let e = without_leading_zeros(e);
        let parsed = RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256);
        // With the exponent 1 every text is its own signature; an even one makes none. Parsing finds neither.
        let odd = e.last().is_some_and(|byte| byte % 2 == 1);
        if e == [1] || !odd || parsed.is_err() {
            return Err(Unusable("its modulus and exponent make no key"));
        }
        Ok(Key { algorithm, decoding: DecodingKey::from_rsa_raw_components(n, e) })
    }

    /// A public key in PEM: ES256, ES384 or EdDSA by its curve, RS256 for RSA.
    pub(super) fn from_pem(pem: &str) -> Result<Key, Unusable> {
        // The library also takes private keys and certificates for public keys, which they are not.
        if !["-----BEGIN PUBLIC KEY-----", "-----BEGIN RSA PUBLIC KEY-----"].iter().any(|begin| pem.starts_with(begin)) {
            return Err(Unusable("it is not a public key in PEM"));
        }
        let pem = pem.as_bytes();
        if let Some(bytes) = bytes(DecodingKey::from_ec_pem(pem)) {
            let algorithm = if bytes.len() == 1 + 2 * 48 { Algorithm::ES384 } else { Algorithm::ES256 };
            return Key::point(algorithm, &bytes);
        }
        if let Some(bytes) = bytes(DecodingKey::from_ed_pem(pem)) {
            return Key::point(Algorithm::EdDSA, &bytes);
        }
        let der = bytes(DecodingKey::from_rsa_pem(pem)).ok_or(Unusable("it is not a public key in PEM"))?;
        let key = PublicKey::from_der(&der).map_err(|_| Unusable("its modulus and exponent make no key"))?;
        Key::rsa(
            Algorithm::RS256,
            key.modulus().big_endian_without_leading_zero(),
            key.exponent().big_endian_without_leading_zero(),
        )
    }

    /// A secret that the issuer shares with us.
    pub(super) fn shared(secret: &SecretString) -> Key {
        Key { algorithm: Algorithm::HS256, decoding: DecodingKey::from_secret(secret.expose_secret().as_bytes()) }
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(super) fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }
}

/// Never the key itself, which may be a secret.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

fn bytes(key: Result<DecodingKey, jsonwebtoken::errors::Error>) -> Option<Vec<u8>> {
    match key.ok()?.kind() {
        DecodingKeyKind::SecretOrDer(bytes) => Some(bytes.clone()),
        DecodingKeyKind::RsaModulusExponent { .. } => None,
    }
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}
