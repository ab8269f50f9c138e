//! `Accept` (RFC 9110, 12.5.1): which media types a client takes, and how gladly.

use axum::http::{HeaderMap, header};

/// The media ranges of a request.
#[derive(Debug)]
pub(crate) struct Accept {
    /// Each with its quality in thousandths.
    ranges: Vec<(String, u16)>,
    is_empty: bool,
}

/// How well a media type fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    /// In thousandths; 0 means that the client does not take it.
    pub(crate) quality: u16,
    /// Whether the client named it, and not by a wildcard.
    pub(crate) named: bool,
}

impl Accept {
    /// Reads all `Accept` headers; a range that is malformed is as good as absent.
    pub(crate) fn read(headers: &HeaderMap) -> Accept {
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let texts: Vec<_> = values.flat_map(|value| value.split(',')).filter(|text| !text.trim().is_empty()).collect();
        Accept { is_empty: texts.is_empty(), ranges: texts.into_iter().filter_map(range).collect() }
    }

    /// Whether the client leaves the choice to us.
    pub(crate) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// How a media type without parameters fits; the most specific range decides. `None` when no range covers it.
    pub(crate) fn fit(&self, name: &str) -> Option<Fit> {
        let covers = |range: &str| range == "*/*" || range == name || range.strip_suffix('*').is_some_and(|r| name.starts_with(r));
        let fits = self.ranges.iter().filter(|(range, _)| covers(range));
        fits.max_by_key(|(range, _)| specificity(range))
            .map(|(range, quality)| Fit { quality: *quality, named: specificity(range) == 2 })
    }

    /// Whether the client takes a media type.
    pub(crate) fn takes(&self, name: &str) -> bool {
        self.is_empty || self.fit(name).is_some_and(|fit| fit.quality > 0)
    }
}

/// A media range and its quality in thousandths.
fn range(text: &str) -> Option<(String, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| name.contains('/'))?.to_ascii_lowercase();
    let quality = parts.find_map(|parameter| parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")));
    let quality = quality.map_or(Some(1.0), |text| text.parse::<f32>().ok())?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 to 1,000 by the clamp")]
    let thousandths = (quality.clamp(0.0, 1.0) * 1_000.0).round() as u16;
    Some((name, thousandths))
}

fn specificity(range: &str) -> u8 {
    match range {
        "*/*" => 0,
        range if range.ends_with("/*") => 1,
        _ => 2,
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
        for yes in ["", "*/*", "application/*", "Application/JSON;q=0.1", "text/html, */*;q=0.1", "application/json; charset=utf-8"] {
            assert!(takes(yes), "{yes}");
        }
        for no in ["image/png", "application/json;q=0", "application/json;q=0, */*", "text/*", "json", "application/jsonx", "*"] {
            assert!(!takes(no), "{no}");
        }
        assert!(Accept::read(&HeaderMap::new()).takes("application/json"));
    }
}
