//! Why the command did not succeed.

use std::error::Error;
use std::process::ExitCode;

/// The end of a command that did not go well.
#[derive(Debug)]
pub(super) enum Failure {
    /// The arguments, or a file that they name, make no sense: status 2.
    Usage(Box<dyn Error + Send + Sync>),
    /// The server could not start, or not run to its end: status 1.
    Run(Box<dyn Error + Send + Sync>),
}

impl Failure {
    /// Says what happened on standard error.
    pub(super) fn report(&self) -> ExitCode {
        let (error, status) = match self {
            Failure::Usage(error) => (error, 2),
            Failure::Run(error) => (error, 1),
        };
        eprintln!("herd-server: {error}");
        ExitCode::from(status)
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure::Run(error.into())
    }
}
