//! What the command prints.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Prints an answer to standard output. If whoever reads it has closed the pipe, that is no error:
/// the reader has seen what it wanted.
///
/// # Errors
/// When the answer cannot be written, for example because the disk is full.
pub(super) fn answer(text: impl Display) -> Result<(), String> {
    let mut output = io::stdout().lock();
    let written = write!(output, "{text}").and_then(|()| output.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("cannot write to standard output: {error}"))
        }
        _ => Ok(()),
    }
}

/// The status of a command that has no other task than to print an answer. Prints the error if there
/// is one.
pub(super) fn status(printed: Result<(), impl Display>) -> ExitCode {
    let Err(error) = printed else { return ExitCode::SUCCESS };
    complain(format_args!("herd-server: {error}"));
    ExitCode::FAILURE
}

/// Prints a message to standard error. If that fails, there is nobody left to tell.
pub(super) fn complain(message: impl Display) {
    let _ = writeln!(io::stderr(), "{message}");
}
