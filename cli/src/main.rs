//! `ctap`: the whole product on one machine (`dev`), and its administration from the command line.

mod args;
mod dev;
mod environment;
mod error;
mod key;
mod private_file;
mod run;

use std::process::ExitCode;

use self::args::Command;

fn main() -> ExitCode {
    match args::read() {
        Ok(Command::Dev(args)) => dev::main(args),
        Ok(Command::Key { command }) => key::main(&command),
        Err(code) => code,
    }
}
