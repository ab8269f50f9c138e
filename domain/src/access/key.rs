//! The form of an API key: `ctap_<env>_<12-character id>_<43-character secret><6-character checksum>`.
//!
//! All of it base62. The prefix lets scanners find leaked keys
//! (`ctap_[a-z]{2,8}_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}`), the checksum (CRC-32 of everything before it) lets junk be refused
//! without a look into the database, the secret has 256 bits.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_CHARS: usize = 12;
const SECRET_CHARS: usize = 43;
const CHECKSUM_CHARS: usize = 6;

/// A key in its full form. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct ApiKey {
    id: String,
    text: SecretString,
}

/// The text is no key of ours; nothing more is said about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an API key of this platform")]
pub struct KeyError;

impl ApiKey {
    /// A new random key. `environment` is 2 to 8 lower-case letters (`dev`, `prod`).
    #[must_use]
    pub fn generate(environment: &str) -> Self {
        let id: String = (0..ID_CHARS).map(|_| char::from(ALPHABET[rand::random_range(0..62)])).collect();
        let secret = base62(&rand::random::<[u8; 32]>(), SECRET_CHARS);
        let body = format!("ctap_{environment}_{id}_{secret}");
        let text = format!("{body}{}", checksum(&body));
        Self { id, text: text.into() }
    }

    /// Checks form and checksum of what a client presented.
    ///
    /// # Errors
    /// [`KeyError`] for anything that [`ApiKey::generate`] cannot have made.
    pub fn parse(presented: &str) -> Result<Self, KeyError> {
        if presented.len() > 96 || !presented.is_ascii() {
            return Err(KeyError);
        }
        let mut parts = presented.split('_');
        let (Some("ctap"), Some(environment), Some(id), Some(tail), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(KeyError);
        };
        let environment_ok = (2..=8).contains(&environment.len()) && environment.bytes().all(|b| b.is_ascii_lowercase());
        let base62 = |text: &str, chars| text.len() == chars && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if !environment_ok || !base62(id, ID_CHARS) || !base62(tail, SECRET_CHARS + CHECKSUM_CHARS) {
            return Err(KeyError);
        }
        let (body, given) = presented.split_at(presented.len() - CHECKSUM_CHARS);
        if checksum(body) != given {
            return Err(KeyError);
        }
        Ok(Self { id: id.into(), text: presented.to_owned().into() })
    }

    /// The public part: what logs and audit rows may name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The whole key, to be shown once.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.text
    }

    /// What is stored of it. A secret of 256 bits needs no slow hash.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.text.expose_secret()).into()
    }
}

fn checksum(body: &str) -> String {
    base62(&crc32fast::hash(body.as_bytes()).to_be_bytes(), CHECKSUM_CHARS)
}

/// A big-endian number in base 62, padded with zeros to `width` digits.
fn base62(bytes: &[u8], width: usize) -> String {
    let mut number = bytes.to_vec();
    let mut digits = vec![ALPHABET[0]; width];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0u32;
        for byte in &mut number {
            let value = rest * 256 + u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            rest = value % 62;
        }
        *digit = ALPHABET[usize::try_from(rest).unwrap_or_default()];
    }
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_key_parses_and_hides_itself() {
        let key = ApiKey::generate("dev");
        let text = key.secret().expose_secret().to_owned();
        let parsed = ApiKey::parse(&text).expect("own form");
        assert_eq!((parsed.id(), parsed.hash()), (key.id(), key.hash()));
        assert!(!format!("{key:?}").contains(&text[22..]));
    }

    #[test]
    fn any_changed_character_is_noticed() {
        let text = ApiKey::generate("prod").secret().expose_secret().to_owned();
        for at in 0..text.len() {
            let mut bad = text.clone().into_bytes();
            bad[at] = if bad[at] == b'a' { b'b' } else { b'a' };
            assert_eq!(ApiKey::parse(std::str::from_utf8(&bad).expect("ascii")).map(|k| k.id), Err(KeyError), "{at}");
        }
        for bad in ["", "ctap", "Bearer x", &text[1..], &format!("{text}0"), &format!("{text}\n"), &"x".repeat(10_000)] {
            assert!(ApiKey::parse(bad).is_err());
        }
    }

    #[test]
    fn base62_is_positional_and_padded() {
        assert_eq!(base62(&[0, 0], 3), "000");
        assert_eq!(base62(&[61], 3), "00z");
        assert_eq!(base62(&[62], 3), "010");
        assert_eq!(base62(&[255; 32], 43).len(), 43);
    }
}
