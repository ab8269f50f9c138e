//! Whose tokens are believed.
//!
//! | variable | meaning |
//! |---|---|
//! | `JWT_ISSUER` | what `iss` must say, to the letter (required) |
//! | `JWT_AUDIENCE` | what `aud` must say or contain; several are separated by commas (required) |
//! | `JWT_JWKS_URL` | where the issuer publishes its keys: https, or http on this machine |
//! | `JWT_PUBLIC_KEY` | instead: its one key in PEM (ES256, ES384, EdDSA by its curve; RS256 for RSA) |
//! | `JWT_HS256_SECRET` | instead, for `ctap dev` only: a secret shared with the issuer, 32 bytes or more |
//! | `JWT_TENANT_CLAIM` | the claim that names the tenant (default `tenant`) |
//! | `JWT_USER_CLAIM` | the claim that names the user (default `sub`) |
//! | `JWT_SCOPE_CLAIM` | the claim that lists the scopes, a text of words or a list (default `scope`) |
//!
//! A claim's name that begins with `/` is a JSON pointer to a nested claim. Without any of these variables no token is
//! taken, only API keys.

use std::fmt;

use boot::Env;
use secrecy::ExposeSecret;
use url::{Host, Url};

use super::key::Key;
use super::name::Name;
use super::patience::Patience;
use super::rules::Rules;

const PREFIX: &str = "JWT_";
const MIN_SECRET_BYTES: usize = 32;
const MAX_AUDIENCES: usize = 20;
const MAX_TEXT_BYTES: usize = 1024;

/// One issuer: its keys, and what its tokens must say.
#[derive(Debug)]
pub struct Settings {
    pub(super) source: Source,
    pub(super) rules: Rules,
    pub(super) patience: Patience,
}

/// Where keys come from.
pub(super) enum Source {
    Url(Url),
    Key(Key),
}

impl Settings {
    /// Reads the variables above, if there are any; mistakes go to `env`. `development`: on one's own machine, where a
    /// shared secret may do.
    pub fn read(env: &mut Env, development: bool) -> Option<Settings> {
        if !env.owns(PREFIX) {
            return None;
        }
        let issuer = required(env, "JWT_ISSUER").filter(|issuer| is_text(env, "JWT_ISSUER", issuer));
        let audiences = required(env, "JWT_AUDIENCE").and_then(|text| audiences(env, &text));
        let source = source(env, development);
        let tenant = name(env, "JWT_TENANT_CLAIM", "tenant");
        let user = name(env, "JWT_USER_CLAIM", "sub");
        let scope = name(env, "JWT_SCOPE_CLAIM", "scope");
        let rules = Rules { issuer: issuer?, audiences: audiences?, tenant: tenant?, user: user?, scope: scope? };
        Some(Settings { source: source?, rules, patience: Patience::default() })
    }

    /// The same with other times for the key cache.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Settings {
        Settings { patience, ..self }
    }
}

/// No key, and of an address only the host: a query may hold a secret.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Url(url) => f.debug_tuple("Url").field(&url.host_str()).finish(),
            Source::Key(key) => f.debug_tuple("Key").field(key).finish(),
        }
    }
}

/// `None` also where the value is blank or no text: that is reported already, and is not a missing variable.
fn required(env: &mut Env, name: &str) -> Option<String> {
    let before = env.mistake_count();
    let value = env.optional(name);
    if value.is_none() && env.mistake_count() == before {
        env.mistake(name, "is required where any other JWT_ variable is set");
    }
    value
}

fn is_text(env: &mut Env, name: &str, text: &str) -> bool {
    let good = text.len() <= MAX_TEXT_BYTES && !text.contains(char::is_control);
    if !good {
        env.mistake(name, format_args!("must be at most {MAX_TEXT_BYTES} bytes, without control characters"));
    }
    good
}

fn audiences(env: &mut Env, text: &str) -> Option<Vec<String>> {
    if !is_text(env, "JWT_AUDIENCE", text) {
        return None;
    }
    let named: Vec<_> = text.split(',').map(|audience| audience.trim().to_owned()).collect();
    if named.len() > MAX_AUDIENCES || named.contains(&String::new()) {
        env.mistake("JWT_AUDIENCE", format_args!("must name 1 to {MAX_AUDIENCES} audiences, separated by commas"));
        return None;
    }
    Some(named)
}

fn name(env: &mut Env, variable: &str, default: &str) -> Option<Name> {
    let name = env.text(variable, default).parse();
    if name.is_err() {
        env.mistake(variable, "must be the name of a claim, or a JSON pointer to one (/organization/id)");
    }
    name.ok()
}

fn source(env: &mut Env, development: bool) -> Option<Source> {
    let before = env.mistake_count();
    let (url, pem, secret) = (env.optional("JWT_JWKS_URL"), env.optional("JWT_PUBLIC_KEY"), env.secret("JWT_HS256_SECRET"));
    match (url, pem, secret) {
        (Some(url), None, None) => {
            let url = Url::parse(&url).ok().filter(is_safe);
            if url.is_none() {
                env.mistake(
                    "JWT_JWKS_URL",
                    "must be an https:// URL (http:// on this machine only), without user, password or fragment",
                );
            }
            url.map(Source::Url)
        }
        (None, Some(pem), None) => {
            // Files of variables (.env) often write line ends so.
            let key = Key::from_pem(&pem.replace("\\n", "\n"));
            if let Err(reason) = &key {
                env.mistake(
                    "JWT_PUBLIC_KEY",
                    format_args!("must be a public key in PEM, P-256, P-384, Ed25519 or RSA: {reason}"),
                );
            }
            key.ok().map(Source::Key)
        }
        (None, None, Some(secret)) => {
            if !development {
                env.mistake("JWT_HS256_SECRET", "is taken by `ctap dev` only: use JWT_JWKS_URL or JWT_PUBLIC_KEY");
                return None;
            }
            if secret.expose_secret().len() < MIN_SECRET_BYTES {
                env.mistake("JWT_HS256_SECRET", format_args!("must have at least {MIN_SECRET_BYTES} bytes"));
                return None;
            }
            Some(Source::Key(Key::shared(&secret)))
        }
        (None, None, None) => {
            if env.mistake_count() == before {
                env.mistake("JWT_JWKS_URL", "is required, or JWT_PUBLIC_KEY, where any other JWT_ variable is set");
            }
            None
        }
        _ => {
            env.mistake("JWT_JWKS_URL", "and JWT_PUBLIC_KEY and JWT_HS256_SECRET exclude each other: set one");
            None
        }
    }
}

/// Without TLS whoever sits between could hand us keys of his own.
fn is_safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    let scheme = url.scheme() == "https" || url.scheme() == "http" && loopback;
    scheme && url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
}
