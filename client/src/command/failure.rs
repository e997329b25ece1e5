//! Why the command did not succeed.

use super::output::say;
use std::io;
use std::process::ExitCode;

/// The end of a command that did not go well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments, or a file that they name, make no sense: status 2.
    Usage(String),
    /// The server said `?` or could not be reached, or an expectation failed: status 1.
    Outcome(String),
    /// The user interrupted a measurement, whose figures so far are printed: status 130, as a shell
    /// reports a command that Ctrl-C ended.
    Interrupted(String),
    /// Nobody takes the answers, or they cannot be written.
    Output(io::Error),
}

impl Failure {
    /// Says what happened on stderr.
    pub(crate) fn report(&self) -> ExitCode {
        let (message, status) = match self {
            Failure::Usage(message) => (message.clone(), 2),
            Failure::Outcome(message) => (message.clone(), 1),
            Failure::Interrupted(message) => (message.clone(), 130),
            // Whoever reads the answers, `head` for example, has had enough of them.
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                return ExitCode::SUCCESS;
            }
            Failure::Output(error) => (format!("cannot write the answer: {error}"), 1),
        };
        say(&format!("error: {message}"));
        ExitCode::from(status)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Output(error)
    }
}
