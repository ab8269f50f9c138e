//! Whether a URL may be called, as far as its text tells. What a name resolves to is checked in [`super::resolver`].

use std::net::IpAddr;

use url::{Host, Url};

use super::address;

/// Why a target was refused. Says a rule, never an address: what a name resolves to inside is nobody's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(&'static str);

pub(super) const NOT_PUBLIC: Refused = Refused("the target's address is not public");
const NOT_HTTPS: Refused = Refused("the target must be called over https");
const PORT: Refused = Refused("the target's port must be 443 or 8443");
const NAME: Refused = Refused("the target's name is not public");
const NO_HOST: Refused = Refused("the target has no host");

const PORTS: &[u16] = &[443, 8443];
const NAMES: &[&str] = &["localhost", "internal", "local"];

/// The checks that need no resolution. The URL parser has already read every way of writing an IPv4 address (`0177.0.0.1`,
/// `2130706433`, `0x7f.1`) as that address.
pub(super) fn check(url: &Url, allow_private: bool) -> Result<(), Refused> {
    match url.host() {
        None => Err(NO_HOST),
        Some(_) if allow_private => Ok(()),
        Some(_) if url.scheme() != "https" => Err(NOT_HTTPS),
        Some(_) if !url.port_or_known_default().is_some_and(|port| PORTS.contains(&port)) => Err(PORT),
        Some(Host::Domain(name)) => check_name(name),
        Some(Host::Ipv4(address)) => check_address(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => check_address(IpAddr::V6(address)),
    }
}

/// Names that mean something else inside: the names themselves, and everything below them.
pub(super) fn check_name(name: &str) -> Result<(), Refused> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    if last.is_empty() || NAMES.contains(&last) { Err(NAME) } else { Ok(()) }
}

pub(super) fn check_address(address: IpAddr) -> Result<(), Refused> {
    if address::is_public(address) { Ok(()) } else { Err(NOT_PUBLIC) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(url: &str, allow_private: bool) -> Result<(), Refused> {
        check(&Url::parse(url).unwrap(), allow_private)
    }

    #[test]
    fn every_spelling_of_a_private_target_is_refused() {
        for (url, why) in [
            ("https://169.254.169.254/computeMetadata/v1/", NOT_PUBLIC),
            ("https://[::ffff:127.0.0.1]/", NOT_PUBLIC),
            ("https://[::1]:8443/", NOT_PUBLIC),
            ("https://0177.0.0.1/", NOT_PUBLIC),
            ("https://2130706433/", NOT_PUBLIC),
            ("https://0x7f.1/", NOT_PUBLIC),
            ("https://127.0.0.1./", NOT_PUBLIC),
            ("https://127.1/", NOT_PUBLIC),
            ("https://localhost/", NAME),
            ("https://localhost./", NAME),
            ("https://LOCALHOST/", NAME),
            ("https://a.localhost/", NAME),
            ("https://metadata.google.internal/", NAME),
            ("https://metadata.google.internal./", NAME),
            ("https://db.internal/", NAME),
            ("https://printer.local/", NAME),
            ("http://example.com/", NOT_HTTPS),
            ("https://example.com:22/", PORT),
            ("https://example.com:80/", PORT),
        ] {
            assert_eq!(checked(url, false), Err(why), "{url}");
            assert_eq!(checked(url, true), Ok(()), "{url}");
        }
    }

    #[test]
    fn public_targets_are_fine() {
        for url in ["https://example.com/", "https://example.com:8443/x", "https://8.8.8.8/", "https://local.example.com./"] {
            assert_eq!(checked(url, false), Ok(()), "{url}");
        }
    }
}
