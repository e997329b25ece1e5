//! Why the command did not succeed.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

/// The end of a command that failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The arguments, or a file that they name, are wrong: status 2.
    Usage(Box<dyn Error + Send + Sync>),
    /// The command could not do its work, or not to the end: status 1.
    Run(Box<dyn Error + Send + Sync>),
}

impl Failure {
    /// The status that the process ends with.
    pub(super) fn status(&self) -> ExitCode {
        ExitCode::from(match self {
            Failure::Usage(_) => 2,
            Failure::Run(_) => 1,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Failure::Usage(error) | Failure::Run(error)) = self;
        write!(f, "herd-server: {error}")
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure::Run(error.into())
    }
}
