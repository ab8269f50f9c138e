//! Whose web pages may speak to the API from a browser: the API's own, and those that `ALLOWED_ORIGINS` names.
//!
//! One list for CORS and for the websocket's upgrade, which browsers send across origins without asking. A client that
//! is no browser sends no `Origin` and is not concerned: everybody shows a key anyway.

use std::collections::BTreeSet;

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, header};
use boot::Env;

const NAME: &str = "ALLOWED_ORIGINS";
const MAX_ORIGINS: usize = 100;

/// The origins that were named. An empty list leaves the API's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(BTreeSet<String>);

impl Origins {
    /// Reads `ALLOWED_ORIGINS`: origins as browsers send them (`https://app.example.com`), separated by commas; mistakes
    /// go to `env`.
    pub fn read(env: &mut Env) -> Origins {
        let Some(text) = env.optional(NAME) else { return Origins::default() };
        let named: Vec<_> = text.split(',').map(str::trim).collect();
        if named.len() > MAX_ORIGINS {
            env.mistake(NAME, format_args!("must name {MAX_ORIGINS} origins at most"));
        }
        if !named.iter().all(|origin| is_origin(origin)) {
            env.mistake(NAME, "must be origins separated by commas, each https://host or http://host, in lower case, with a port if it is not the usual one, and nothing behind");
        }
        Origins(named.into_iter().map(str::to_owned).collect())
    }

    /// These origins, each as a browser sends it.
    pub fn of<'a>(origins: impl IntoIterator<Item = &'a str>) -> Origins {
        Origins(origins.into_iter().map(str::to_owned).collect())
    }

    /// Whether a page of this origin is named.
    #[must_use]
    pub fn names(&self, origin: &HeaderValue) -> bool {
        origin.to_str().is_ok_and(|origin| self.0.contains(origin))
    }

    /// Whether a request may come from where it says: it names no origin, the API's own, or one of the list.
    #[must_use]
    pub fn allows(&self, headers: &HeaderMap) -> bool {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (None, _) => true,
            (Some(origin), None) => self.names(origin) || is_own(origin, headers),
            _ => false,
        }
    }
}

/// Whether the origin's host and port are those the request was sent to. (Its scheme we cannot know behind a proxy.)
fn is_own(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
    let origin = origin.as_bytes();
    let authority = origin.strip_prefix(b"https://").or_else(|| origin.strip_prefix(b"http://"));
    authority.is_some() && authority == host
}

/// The serialisation of RFC 6454, 6.2, of an origin that a browser would send: lower case, the usual port left out.
fn is_origin(text: &str) -> bool {
    let (usual_port, authority) = match text.split_once("://") {
        Some(("https", authority)) => (":443", authority),
        Some(("http", authority)) => (":80", authority),
        _ => return false,
    };
    let Ok(parsed) = authority.parse::<Authority>() else { return false };
    let port_reads = parsed.host().len() == authority.len() || parsed.port_u16().is_some();
    let upper = authority.bytes().any(|byte| byte.is_ascii_uppercase());
    !parsed.host().is_empty() && port_reads && !upper && !authority.contains(['@', '*', '%']) && !authority.ends_with(usual_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_page_of_ours_or_of_the_list_may_call() {
        let origins = Origins::of(["https://app.example.com", "http://localhost:5173"]);
        for allowed in [
            headers(&[("host", "api.example.com")]),
            headers(&[("host", "api.example.com"), ("origin", "https://app.example.com")]),
            headers(&[("host", "api.example.com"), ("origin", "http://localhost:5173")]),
            headers(&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")]),
        ] {
            assert!(origins.allows(&allowed), "{allowed:?}");
        }
    }

    #[test]
    fn any_other_may_not() {
        let origins = Origins::of(["https://app.example.com"]);
        for origin in [
            "null",
            "https://evil.example",
            "http://app.example.com",
            "https://app.example.com.evil.example",
            "https://app.example.com:8443",
            "https://api.example.com@evil.example",
            "ftp://api.example.com",
            "",
        ] {
            assert!(!origins.allows(&headers(&[("host", "api.example.com"), ("origin", origin)])), "{origin}");
        }
        let twice = headers(&[("origin", "https://app.example.com"), ("origin", "https://app.example.com")]);
        assert!(!origins.allows(&twice));
    }

    #[test]
    fn the_list_is_checked_at_the_start() {
        let read = |text: &str| {
            let mut env = Env::from_pairs([(NAME, text)]);
            let origins = Origins::read(&mut env);
            env.finish(origins)
        };
        let two = read("https://app.example.com, http://[::1]:5173").expect("two origins");
        assert_eq!(two, Origins::of(["https://app.example.com", "http://[::1]:5173"]));
        for bad in [
            "*",
            "https://*.example.com",
            "app.example.com",
            "https://app.example.com/",
            "https://App.example.com",
            "https://app.example.com:443",
            "https://app.example.com:port",
            "https://u@app.example.com",
            "https://",
            "https://a.example,",
            "null",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
