//! `Accept` (RFC 9110, 12.5.1): which media types a client takes, and how gladly.

use axum::http::{HeaderMap, header};

/// The media ranges of a request.
#[derive(Debug)]
pub(crate) struct Accept {
    /// Each with its quality in thousandths. What is no range is kept: it fits nothing, but is not silence.
    ranges: Vec<(String, u16)>,
}

/// How well a media type fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    /// In thousandths, 1 to 1,000.
    pub(crate) quality: u16,
    /// Whether the client named it, and not by a wildcard.
    pub(crate) named: bool,
}

/// How specific a range is that names its media type.
const NAMED: u8 = 2;

impl Accept {
    /// Reads all `Accept` headers.
    pub(crate) fn read(headers: &HeaderMap) -> Accept {
        let values = headers.get_all(header::ACCEPT).iter().map(|value| value.to_str().unwrap_or("?"));
        let texts = values.flat_map(|value| value.split(',')).map(str::trim).filter(|text| !text.is_empty());
        Accept { ranges: texts.map(range).collect() }
    }

    /// Whether the client leaves the choice to us.
    pub(crate) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// How a media type without parameters fits: the most specific range decides. `None` when the client does not take it.
    pub(crate) fn fit(&self, name: &str) -> Option<Fit> {
        let specific = |range: &str| match range {
            "*/*" => Some(0),
            range if range.strip_suffix('*').is_some_and(|kind| kind.ends_with('/') && name.starts_with(kind)) => Some(1),
            range => (range == name).then_some(NAMED),
        };
        let fits = self.ranges.iter().filter_map(|(range, quality)| Some((specific(range)?, *quality)));
        let fit = fits.max().map(|(specific, quality)| Fit { quality, named: specific == NAMED });
        fit.filter(|fit| fit.quality > 0)
    }

    /// Whether the client takes a media type.
    pub(crate) fn takes(&self, name: &str) -> bool {
        self.is_empty() || self.fit(name).is_some()
    }
}

fn range(text: &str) -> (String, u16) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let mut quality = 1_000;
    for (key, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
        match key.to_ascii_lowercase().as_str() {
            "q" => quality = thousandths(value),
            // Answers are in UTF-8.
            "charset" if !value.trim_matches('"').eq_ignore_ascii_case("utf-8") => return (name, 0),
            _ => {}
        }
    }
    (name, quality)
}

/// `0.75` is 750; what is no quality (RFC 9110, 12.4.2) is 0.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|b| b.is_ascii_digit());
    match (whole, digits) {
        ("1", true) if fraction.bytes().all(|b| b == b'0') => 1_000,
        ("0", true) => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(accept: &str) -> bool {
        Accept::read(&HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())])).takes("application/json")
    }

    #[test]
    fn the_most_specific_range_decides() {
        for yes in
            ["", "*/*", "application/*", "Application/JSON;q=0.1", "text/html, */*;q=0.1", "application/json; charset=utf-8"]
        {
            assert!(takes(yes), "{yes}");
        }
        for no in ["image/png", "application/json;q=0", "application/json;q=0, */*", "text/*", "json", "application/jsonx", "*"] {
            assert!(!takes(no), "{no}");
        }
        assert!(Accept::read(&HeaderMap::new()).takes("application/json"));
    }

    #[test]
    fn a_quality_has_three_digits_at_most() {
        for (text, expected) in [("1", 1_000), ("1.000", 1_000), ("0", 0), ("0.5", 500), ("0.05", 50), ("0.123", 123), ("0.", 0)]
        {
            assert_eq!(thousandths(text), expected, "{text}");
        }
        for text in ["", ".5", "1.1", "2", "-1", "0.1234", "NaN", "+0.5", "0.5x"] {
            assert_eq!(thousandths(text), 0, "{text}");
        }
    }
}
