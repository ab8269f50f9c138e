//! The environment as the commands see it.

use std::ffi::OsString;

use boot::Env;

/// Variables by name.
pub(crate) type Variables = Vec<(String, OsString)>;

/// The variables of this process. A name that is not UTF-8 is none of ours.
pub(crate) fn of_process() -> Variables {
    std::env::vars_os().map(|(name, value)| (name.to_string_lossy().into_owned(), value)).collect()
}

/// Whether one of `names` is set, be it to nothing.
pub(crate) fn names_any(variables: &Variables, names: &[&str]) -> bool {
    variables.iter().any(|(name, _)| names.contains(&name.as_str()))
}

/// `variables` with `defaults` for what they leave out and `fixed` whatever they say.
pub(crate) fn between(defaults: &[(&str, &str)], variables: Variables, fixed: &[(&str, &str)]) -> Env {
    let owned = |pairs: &[(&str, &str)]| -> Variables {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect()
    };
    // Of several values for a name the last one counts.
    Env::from_pairs(owned(defaults).into_iter().chain(variables).chain(owned(fixed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_beats_defaults_and_what_is_fixed_beats_both() {
        let given = ["A", "B"].map(|name| (name.to_owned(), OsString::from("given"))).to_vec();
        assert!(names_any(&given, &["X", "B"]) && !names_any(&given, &["X"]));
        let mut env = between(&[("A", "default"), ("C", "default")], given, &[("B", "fixed")]);
        assert_eq!(["A", "B", "C"].map(|name| env.text(name, "")), ["given", "fixed", "default"]);
    }
}
