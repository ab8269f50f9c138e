//! `ctap key new`: a key for the platform's first administrator, whose hash alone goes to the database.

use std::io::Write as _;
use std::process::ExitCode;

use domain::access::ApiKey;
use secrecy::ExposeSecret as _;

use crate::args::NewArgs;
use crate::error::{At as _, Error};

/// The key on stdout, what to do with its hash on stderr. Nothing is stored.
pub(super) fn main(args: &NewArgs) -> ExitCode {
    match print(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}

fn print(args: &NewArgs) -> Result<(), Error> {
    let key = ApiKey::generate(&args.environment);
    let text = key.secret().expose_secret();
    // What authentication would not take for a key must not be handed out as one.
    if ApiKey::parse(text).is_err() {
        return Err(Error::Usage("--environment: must be 2 to 8 lower-case letters".into()));
    }
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{text}").and_then(|()| stdout.flush()).at("write to", "stdout")?;
    eprintln!("migrate --first-admin-key-sha256 {}:{}", key.id(), hex::encode(key.hash()));
    Ok(())
}
