//! Reading configuration from environment variables.
//!
//! All variables go through one collector, so that a start with five mistakes reports five lines. No line shows a
//! value: a variable in the wrong place may well hold a secret.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;

/// Variables with this prefix are ours alone, so one that nobody reads is a typing mistake. See also [`Env::owns`].
const OWN_PREFIX: &str = "CTAP_";

/// The variables of one process, and the mistakes found in them so far.
pub struct Env {
    variables: BTreeMap<String, OsString>,
    read: BTreeSet<String>,
    own_prefixes: Vec<&'static str>,
    mistakes: Vec<String>,
}

/// What is wrong with the configuration: one line per mistake, without any value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", mistakes.join("\n"))]
pub struct ConfigError {
    mistakes: Vec<String>,
}

impl ConfigError {
    /// The mistakes, each `NAME: rule`.
    pub fn mistakes(&self) -> &[String] {
        &self.mistakes
    }
}

impl Env {
    /// The variables of this process.
    pub fn from_process() -> Env {
        Env::from_os(std::env::vars_os())
    }

    /// Variables from pairs, for tests and for `dev`, which configures its parts itself.
    pub fn from_pairs<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Env
    where
        K: Into<String>,
        V: Into<OsString>,
    {
        Env {
            variables: pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
            read: BTreeSet::new(),
            own_prefixes: vec![OWN_PREFIX],
            mistakes: Vec::new(),
        }
    }

    fn from_os(pairs: impl IntoIterator<Item = (OsString, OsString)>) -> Env {
        // A name that is not UTF-8 cannot be one of ours; spelled lossily it is still caught when it has our prefix.
        Env::from_pairs(pairs.into_iter().map(|(name, value)| (name.to_string_lossy().into_owned(), value)))
    }

    /// Takes the variables with this prefix for ours alone: from here on, one that nobody reads is a mistake. Answers
    /// whether there is any.
    pub fn owns(&mut self, prefix: &'static str) -> bool {
        self.own_prefixes.push(prefix);
        self.variables.keys().any(|name| name.starts_with(prefix))
    }

    /// The variable, or `default` when it is not set.
    pub fn text(&mut self, name: &str, default: &str) -> String {
        self.optional(name).unwrap_or_else(|| default.to_owned())
    }

    /// The variable when it is set. Set but empty, blank or padded with white space is a mistake: the usual sources are
    /// a template that was not filled in, and a secret stored with its line end.
    pub fn optional(&mut self, name: &str) -> Option<String> {
        self.read.insert(name.to_owned());
        let value = self.variables.get(name)?;
        let rule = match value.to_str() {
            None => "is not valid UTF-8",
            Some("") => "is set but empty; unset it or give it a value",
            Some(text) if text.trim().is_empty() => "is set but blank; unset it or give it a value",
            Some(text) if text.trim() != text => "begins or ends with white space or a line end",
            Some(text) => return Some(text.to_owned()),
        };
        self.mistake(name, rule);
        None
    }

    /// Like [`Env::optional`], wrapped so that it is never printed.
    pub fn secret(&mut self, name: &str) -> Option<SecretString> {
        self.optional(name).map(SecretString::from)
    }

    /// A whole number within `range`, or `default` when the variable is not set.
    pub fn integer<T>(&mut self, name: &str, default: T, range: RangeInclusive<T>) -> T
    where
        T: FromStr + PartialOrd + Display,
    {
        let Some(text) = self.optional(name) else {
            return default;
        };
        match text.parse::<T>() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                self.mistake(name, format_args!("must be a whole number from {} to {}", range.start(), range.end()));
                default
            }
        }
    }

    /// `true` or `false` (also `1` or `0`), or `default` when the variable is not set.
    pub fn boolean(&mut self, name: &str, default: bool) -> bool {
        match self.optional(name).as_deref() {
            None => default,
            Some("true" | "1") => true,
            Some("false" | "0") => false,
            Some(_) => {
                self.mistake(name, "must be true or false");
                default
            }
        }
    }

    /// A whole number of seconds within `range`, or `default` when the variable is not set.
    pub fn seconds(&mut self, name: &str, default: Duration, range: RangeInclusive<u64>) -> Duration {
        let rule = format!("must be a whole number of seconds from {} to {}", range.start(), range.end());
        let Some(text) = self.optional(name) else {
            return default;
        };
        match text.parse::<u64>() {
            Ok(seconds) if range.contains(&seconds) => Duration::from_secs(seconds),
            _ => {
                self.mistake(name, rule);
                default
            }
        }
    }

    /// Where a process serves its metrics, if anywhere: `METRICS_PORT`, on the same address as everything else.
    pub fn metrics_address(&mut self, served: SocketAddr) -> Option<SocketAddr> {
        self.variables.contains_key("METRICS_PORT").then(|| {
            let port = self.integer("METRICS_PORT", 0, 0..=u16::MAX);
            if port != 0 && port == served.port() {
                self.mistake("METRICS_PORT", "must be another port than PORT");
            }
            SocketAddr::new(served.ip(), port)
        })
    }

    /// Where a process listens: `BIND_ADDRESS`, by default all IPv4 addresses of the machine (`0.0.0.0`), and `PORT`,
    /// where 0 takes any free one.
    pub fn address(&mut self, default_port: u16) -> SocketAddr {
        let port = self.integer("PORT", default_port, 0..=u16::MAX);
        let address = match self.optional("BIND_ADDRESS").map(|text| text.parse::<IpAddr>()) {
            None => Ipv4Addr::UNSPECIFIED.into(),
            Some(Ok(address)) => address,
            Some(Err(_)) => {
                self.mistake("BIND_ADDRESS", "must be an IPv4 or IPv6 address");
                Ipv4Addr::UNSPECIFIED.into()
            }
        };
        SocketAddr::new(address, port)
    }

    /// Reports a mistake that only the caller can see, such as two variables that contradict each other. The same
    /// line is reported once. `rule` must not contain the value.
    pub fn mistake(&mut self, name: &str, rule: impl Display) {
        let line = format!("{}: {rule}", name.escape_debug());
        if !self.mistakes.contains(&line) {
            self.mistakes.push(line);
        }
    }

    /// How many mistakes were found so far, for telling whether a variable that reads as none was reported.
    pub fn mistake_count(&self) -> usize {
        self.mistakes.len()
    }

    /// The configuration, if no mistake was found in any variable.
    ///
    /// # Errors
    /// All mistakes, among them every variable with our prefix that nothing has read.
    pub fn finish<T>(mut self, value: T) -> Result<T, ConfigError> {
        let is_own = |name: &&String| self.own_prefixes.iter().any(|prefix| name.starts_with(prefix));
        let unknown: Vec<String> =
            self.variables.keys().filter(is_own).filter(|name| !self.read.contains(*name)).cloned().collect();
        for name in unknown {
            self.mistake(&name, "is not a variable of this program");
        }
        if self.mistakes.is_empty() { Ok(value) } else { Err(ConfigError { mistakes: self.mistakes }) }
    }
}

#[cfg(test)]
mod tests;
