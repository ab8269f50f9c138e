//! The command line of `migrate`. Read by hand: a parser that quotes what it does not understand would print a key that
//! was pasted into the wrong place.

use std::ffi::OsString;

pub(crate) const FIRST_ADMIN: &str = "--first-admin-key-sha256";
const DAYS: &str = "--first-admin-key-days";

/// What `--help` says.
pub const HELP: &str = "\
Brings the database to this build's schema, roles and grants. Any number may start at once.

Usage: migrate [--first-admin-key-sha256 <ID>:<HEX>] [--first-admin-key-days <DAYS>]

  --first-admin-key-sha256 <ID>:<HEX>  stores the first administrator's key, of which `ctap key new` prints this part;
                                       refused when an administrator of the platform has a key already
  --first-admin-key-days <DAYS>        how long that key lives, 1 to 366 (default 90)
  -h, --help                           says this

The database and the passwords of the login users come from environment variables; see README.";

/// A command line that makes sense so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Args {
    /// Value of `--first-admin-key-sha256`, not checked yet.
    pub first_admin: Option<String>,
    /// How long the first administrator's key lives.
    pub days: u32,
}

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `--help`.
    Help,
    /// To migrate.
    Run(Args),
}

/// Reads the arguments behind the program's name.
///
/// # Errors
/// One line for the first mistake; it quotes no argument.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut first_admin = None;
    let mut days = None;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let argument = argument.into_string().map_err(|_| unknown())?;
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        let (name, slot) = match name {
            "--help" | "-h" => return Ok(Command::Help),
            FIRST_ADMIN => (FIRST_ADMIN, &mut first_admin),
            DAYS => (DAYS, &mut days),
            _ => return Err(unknown()),
        };
        let value = match inline {
            Some(value) => value,
            None => arguments.next().and_then(|value| value.into_string().ok()).ok_or(format!("{name}: needs a value"))?,
        };
        if slot.replace(value).is_some() {
            return Err(format!("{name}: is given twice"));
        }
    }
    let days = match days.as_deref().map(str::parse::<u32>) {
        None => 90,
        Some(Ok(days @ 1..=366)) => days,
        Some(_) => return Err(format!("{DAYS}: must be a whole number from 1 to 366")),
    };
    Ok(Command::Run(Args { first_admin, days }))
}

fn unknown() -> String {
    format!("migrate takes no arguments but {FIRST_ADMIN} and {DAYS}; see --help")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &[&str]) -> Result<Command, String> {
        parse(line.iter().map(OsString::from))
    }

    fn run(first_admin: Option<&str>, days: u32) -> Result<Command, String> {
        Ok(Command::Run(Args { first_admin: first_admin.map(str::to_owned), days }))
    }

    #[test]
    fn flags_take_their_value_in_both_ways() {
        assert_eq!(parsed(&[]), run(None, 90));
        assert_eq!(parsed(&[FIRST_ADMIN, "a:b"]), run(Some("a:b"), 90));
        assert_eq!(parsed(&[&format!("{FIRST_ADMIN}=a:b"), DAYS, "7"]), run(Some("a:b"), 7));
        assert_eq!(parsed(&["--help"]), Ok(Command::Help));
        assert_eq!(parsed(&[DAYS, "7", "-h"]), Ok(Command::Help));
    }

    #[test]
    fn anything_else_is_one_line_that_quotes_nothing() {
        for line in [
            vec!["canary"],
            vec!["--canary"],
            vec!["--canary=canary"],
            vec![FIRST_ADMIN],
            vec![FIRST_ADMIN, "canary", FIRST_ADMIN, "canary"],
            vec![FIRST_ADMIN, "x:y", "canary"],
            vec![DAYS, "0"],
            vec![DAYS, "367"],
            vec![DAYS, "canary"],
        ] {
            let said = parsed(&line).unwrap_err();
            assert!(said.lines().count() == 1 && !said.contains("canary"), "{line:?}: {said}");
        }
    }
}
