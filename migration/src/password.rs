//! Passwords of login users.

use boot::Env;
use secrecy::{ExposeSecret, SecretString};

use crate::scram;

/// Bytes of a password. The upper bound is far below what PostgreSQL's clients can send.
const LENGTH: std::ops::RangeInclusive<usize> = 16..=256;

/// A password that is good enough. `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct Password(SecretString);

impl Password {
    /// The variable, when it is set and good.
    pub(crate) fn read(env: &mut Env, variable: &str) -> Option<Password> {
        let text = env.secret(variable)?;
        match Password::new(text) {
            Ok(password) => Some(password),
            Err(rule) => {
                env.mistake(variable, rule);
                None
            }
        }
    }

    /// Checks a password.
    ///
    /// # Errors
    /// The rule that it breaks: 16 to 256 printable ASCII characters. (Other characters would have to be prepared by
    /// SASLprep, RFC 4013, as every client does; ASCII is what it leaves as it is.)
    pub fn new(text: SecretString) -> Result<Password, &'static str> {
        let is_printable = text.expose_secret().bytes().all(|b| (b' '..=b'~').contains(&b));
        let is_good = LENGTH.contains(&text.expose_secret().len()) && is_printable;
        is_good.then_some(Password(text)).ok_or("must be 16 to 256 printable ASCII characters")
    }

    /// What the database stores of it, under a new salt.
    pub(crate) fn verifier(&self) -> String {
        scram::verifier(self.0.expose_secret(), rand::random())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_ascii_and_never_shown() {
        for good in ["0123456789abcdef", &"~".repeat(256), "with space '\"\\$% in it"] {
            assert!(Password::new(good.into()).is_ok(), "{good}");
        }
        for bad in
            ["", "0123456789abcde", &"x".repeat(257), "0123456789abcdef\u{e9}", "0123456789\tabcdef", "0123456789abcde\u{7f}"]
        {
            assert_eq!(Password::new(bad.into()).unwrap_err(), "must be 16 to 256 printable ASCII characters");
        }
        let password = Password::new("canary-0123456789".into()).unwrap();
        assert!(!format!("{password:?} {}", password.verifier()).contains("canary"));
    }
}
