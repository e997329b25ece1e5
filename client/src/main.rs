//! Talks with a herd from a terminal or a script.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run()
}
