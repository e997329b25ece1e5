//! Why a row has no figures.

use std::error::Error;
use std::fmt;

/// The result of something that can fail with a problem.
pub(crate) type Outcome<T> = Result<T, Problem>;

/// Why something could not be measured.
#[derive(Debug)]
pub(crate) enum Problem {
    /// This machine lacks something: the row is skipped, and the rest goes on.
    Absent(String),
    /// A signal asked this program to stop: nothing more is measured.
    Interrupted,
    /// Something went wrong: the rest goes on, and the exit status is not 0.
    Failed(Box<dyn Error>),
}

impl Problem {
    /// The problem in a few words, for a cell of the table.
    pub(crate) fn brief(&self) -> String {
        match self {
            Self::Absent(_) | Self::Interrupted => self.to_string(),
            Self::Failed(_) => "failed".to_owned(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent(what) => write!(f, "skipped: {what}"),
            Self::Interrupted => f.write_str("interrupted"),
            Self::Failed(error) => write!(f, "failed: {error}"),
        }
    }
}

impl<E: Into<Box<dyn Error>>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
