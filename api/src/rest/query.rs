//! Parameters in an address: each known, each once, each in its form.

use form_urlencoded::Serializer;

use crate::error::{ApiError, FieldError};

const DEFAULT_LIMIT: u64 = 50;
const MAX_LIMIT: u64 = 100;
/// Longest text to search for, in characters.
const MAX_TEXT: usize = 255;

/// What a query string says.
#[derive(Debug)]
pub(super) struct Parameters {
    values: Vec<(&'static str, String)>,
    errors: Vec<FieldError>,
}

impl Parameters {
    /// Reads a query string in which only these names may stand.
    pub(super) fn read(query: Option<&str>, known: &[&'static str]) -> Parameters {
        let query = query.unwrap_or_default();
        let mut parameters = Parameters { values: Vec::new(), errors: Vec::new() };
        // The decoder puts U+FFFD where bytes are no UTF-8.
        let written = query.to_ascii_uppercase().matches("%EF%BF%BD").count();
        let mut read = 0;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            read += [&name, &value].map(|text| text.matches('\u{fffd}').count()).iter().sum::<usize>();
            match known.iter().find(|known| **known == name) {
                None => parameters.broken(&name, format!("is not known; known are: {}", known.join(", "))),
                Some(known) if parameters.text(known).is_some() => parameters.broken(known, "must be given once"),
                Some(known) => parameters.values.push((known, value.into_owned())),
            }
        }
        if read != written {
            parameters.errors.insert(0, FieldError { path: Vec::new(), rule: "the query string must be UTF-8".to_owned() });
        }
        parameters
    }

    /// A value as it was given.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Text to search for.
    pub(super) fn searched(&mut self, name: &'static str) -> Option<String> {
        let text = self.text(name)?.to_owned();
        if !(1..=MAX_TEXT).contains(&text.chars().count()) || text.chars().any(char::is_control) {
            self.broken(name, format!("must be 1 to {MAX_TEXT} characters, none of them a control character"));
        }
        Some(text)
    }

    /// How many items a page has, 1 to 100.
    pub(super) fn limit(&mut self) -> u64 {
        let Some(text) = self.text("limit") else { return DEFAULT_LIMIT };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse().ok().filter(|limit| digits && (1..=MAX_LIMIT).contains(limit)) {
            Some(limit) => limit,
            None => {
                self.broken("limit", "must be an integer from 1 to 100");
                DEFAULT_LIMIT
            }
        }
    }

    /// Notes that a value breaks a rule.
    pub(super) fn broken(&mut self, name: &str, rule: impl Into<String>) {
        self.errors.push(FieldError { path: vec![name.to_owned()], rule: rule.into() });
    }

    /// # Errors
    /// `BadUserInput` with everything that was noted.
    pub(super) fn check(&mut self) -> Result<(), ApiError> {
        let errors = std::mem::take(&mut self.errors);
        if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
    }

    /// The same parameters with another cursor, or none.
    pub(super) fn with_cursor(&self, cursor: Option<&str>) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.values.iter().filter(|(name, _)| *name != "cursor"));
        query.extend_pairs(cursor.map(|cursor| ("cursor", cursor)));
        query.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["kind", "limit", "cursor"];

    fn of(query: &str) -> Result<(Option<String>, u64), String> {
        let mut parameters = Parameters::read(Some(query), KNOWN);
        let read = (parameters.searched("kind"), parameters.limit());
        parameters.check().map(|()| read).map_err(|error| error.message)
    }

    #[test]
    fn values_are_decoded_and_have_bounds() {
        assert_eq!(of(""), Ok((None, 50)));
        assert_eq!(of("kind=a%20b+c&limit=100"), Ok((Some("a b c".into()), 100)));
        assert_eq!(of("kind=%EF%BF%BD"), Ok((Some("\u{fffd}".into()), 50)));
        for bad in ["0", "101", "-1", "+1", "1.0", "", "ten", "99999999999999999999"] {
            assert_eq!(of(&format!("limit={bad}")).unwrap_err(), "limit must be an integer from 1 to 100");
        }
        for bad in ["kind=", "kind=%00", "kind=a%0ab", &format!("kind={}", "x".repeat(256))] {
            assert!(of(bad).unwrap_err().starts_with("kind must be 1 to 255 characters"), "{bad}");
        }
        assert_eq!(of("kind=%ff").unwrap_err(), "the query string must be UTF-8");
    }

    #[test]
    fn a_name_is_known_and_given_once() {
        assert_eq!(of("limit=1&limit=1").unwrap_err(), "limit must be given once");
        assert_eq!(of("first=1").unwrap_err(), "first is not known; known are: kind, limit, cursor");
        assert_eq!(of("Limit=1").unwrap_err(), "Limit is not known; known are: kind, limit, cursor");
    }

    #[test]
    fn another_page_has_the_same_filter() {
        let parameters = Parameters::read(Some("kind=a%26b&cursor=old&limit=2"), KNOWN);
        assert_eq!(parameters.with_cursor(Some("n_w")), "kind=a%26b&limit=2&cursor=n_w");
        assert_eq!(parameters.with_cursor(None), "kind=a%26b&limit=2");
    }
}
