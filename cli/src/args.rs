//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use domain::access::{Scope, Scopes};

/// Where `dev` keeps everything unless told otherwise.
const DATA_DIR: &str = ".ctap";

/// All but `platform`.
const TENANT_SCOPES: &str = "tasks:read,tasks:write,tasks:operate,tasks:work,audit:read,admin";

#[derive(Debug, Parser)]
#[command(name = "ctap", version, about = "Cloud Task & Audit Platform", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs PostgreSQL, the API and a worker on this machine, and prints how to use them
    Dev(DevArgs),
    /// Manages API keys
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Makes a key for the platform's first administrator, and stores nothing
    ///
    /// The key is printed on stdout, once. The line on stderr is to be run where the database is: it has the key's hash,
    /// which is all that the database needs to know.
    New(NewArgs),
    /// Makes an API key (and its tenant and user where missing) and prints it, once
    ///
    /// The database is that of DATABASE_URL when it is set, else that of the `ctap dev` that runs on the data folder,
    /// else that of PGHOST, PGUSER, PGDATABASE ...
    Create(CreateArgs),
    /// Lists a tenant's API keys, without what is secret of them
    List(ListArgs),
    /// Takes an API key back: it is refused everywhere within seconds
    Revoke(RevokeArgs),
}

/// `ctap dev`. With DATABASE_URL set that database is used and no PostgreSQL is started.
#[derive(Debug, Args)]
pub(crate) struct DevArgs {
    /// Port of the API on 127.0.0.1; the next free one is used when it is taken, 0 means any
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// Folder of the database, the key and dev.json
    #[arg(long, default_value = DATA_DIR)]
    pub(crate) data_dir: PathBuf,
    /// Start over: remove the database and the key first, without asking
    #[arg(long)]
    pub(crate) reset: bool,
    /// Do not build the pages of web/ where they are missing or old
    #[arg(long)]
    pub(crate) no_web: bool,
}

/// `ctap key new`.
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// Part of the key's text (dev, prod ...): 2 to 8 lower-case letters
    #[arg(long, default_value = "prod")]
    pub(crate) environment: String,
}

/// Where the keys are.
#[derive(Debug, Args)]
pub(crate) struct DatabaseArgs {
    /// Data folder of the running `ctap dev`; not looked at when DATABASE_URL is set
    #[arg(long, default_value = DATA_DIR)]
    pub(crate) data_dir: PathBuf,
}

/// `ctap key create`.
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Whose tasks the key gives access to: 1 to 63 characters of a-z 0-9 -
    #[arg(long)]
    pub(crate) tenant: String,
    /// Who uses it, for the audit trail: 1 to 128 bytes
    #[arg(long)]
    pub(crate) user: String,
    /// What it is for: 1 to 128 bytes
    #[arg(long)]
    pub(crate) name: String,
    /// Part of the key's text (dev, prod ...): 2 to 8 lower-case letters
    #[arg(long, default_value = "dev")]
    pub(crate) environment: String,
    /// When it ends: 1 to 366 days from now
    #[arg(long = "expires-days", value_name = "DAYS", default_value = "90", value_parser = days, allow_negative_numbers = true)]
    pub(crate) lifetime: Duration,
    /// What it may be used for, separated by commas; everything within the tenant unless told otherwise
    #[arg(long, default_value = TENANT_SCOPES, hide_default_value = true, value_parser = scopes)]
    pub(crate) scopes: Scopes,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

/// `ctap key list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Whose
    #[arg(long)]
    pub(crate) tenant: String,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

/// `ctap key revoke`.
#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    /// Whose
    #[arg(long)]
    pub(crate) tenant: String,
    /// The public part of the key, between its second and third underscore
    #[arg(long)]
    pub(crate) key_id: String,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

fn scopes(text: &str) -> Result<Scopes, String> {
    let known = || Scope::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
    text.split(',').map(Scope::parse).collect::<Option<_>>().ok_or_else(|| format!("must be of {}", known()))
}

fn days(text: &str) -> Result<Duration, &'static str> {
    match text.parse::<u64>() {
        Ok(days @ 1..=366) => Ok(Duration::from_secs(days * 86_400)),
        _ => Err("must be a whole number from 1 to 366"),
    }
}

/// The command of this process. Otherwise the code to end with: help and version were printed (0), or what is wrong (2).
pub(crate) fn read() -> Result<Command, ExitCode> {
    parse(std::env::args_os()).map_err(|error| {
        let text = error.render();
        match error.kind() {
            // One line says it: the flag, its value, the rule.
            ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
                eprintln!("{}", text.to_string().lines().next().unwrap_or_default());
            }
            // Nobody is left to tell when the output is closed.
            _ => drop(error.print()),
        }
        ExitCode::from(if error.use_stderr() { 2 } else { 0 })
    })
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, clap::Error> {
    Cli::try_parse_from(arguments).map(|cli| cli.command)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parsed(line: &str) -> Result<Command, clap::Error> {
        parse(line.split(' ').map(OsString::from))
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn dev_needs_no_flags() {
        let Ok(Command::Dev(args)) = parsed("ctap dev") else { panic!("not dev") };
        assert_eq!((args.port, args.data_dir.to_str(), args.reset, args.no_web), (8080, Some(".ctap"), false, false));
    }

    #[test]
    fn a_key_lives_90_days_unless_told_otherwise() {
        let lifetime = |line: &str| match parsed(line) {
            Ok(Command::Key { command: KeyCommand::Create(args) }) => Ok(args.lifetime.as_secs() / 86_400),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.to_string().lines().next().unwrap().to_owned()),
        };
        let line = "ctap key create --tenant acme --user jo --name ci";
        assert_eq!(lifetime(line), Ok(90));
        assert_eq!(lifetime(&format!("{line} --expires-days 366")), Ok(366));
        for wrong in ["0", "367", "-1", "soon"] {
            let said = lifetime(&format!("{line} --expires-days {wrong}")).unwrap_err();
            assert!(said.contains("--expires-days") && said.contains("from 1 to 366"), "{said}");
        }
    }

    #[test]
    fn a_key_may_do_everything_within_its_tenant_unless_told_otherwise() {
        let scopes = |more: &str| match parsed(&format!("ctap key create --tenant acme --user jo --name ci{more}")) {
            Ok(Command::Key { command: KeyCommand::Create(args) }) => Ok(args.scopes),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.to_string().lines().next().unwrap().to_owned()),
        };
        assert_eq!(scopes(""), Ok(Scopes::TENANT));
        let two = [Scope::TasksRead, Scope::TasksWrite].into_iter().collect();
        assert_eq!(scopes(" --scopes tasks:read,tasks:write"), Ok(two));
        for wrong in ["root", "tasks:read,", "tasks:read,Admin", "tasks:read;admin"] {
            let said = scopes(&format!(" --scopes {wrong}")).unwrap_err();
            assert!(said.contains("--scopes") && said.contains("must be of tasks:read, tasks:write"), "{said}");
        }
    }
}
