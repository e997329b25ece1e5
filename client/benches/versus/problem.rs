//! Why a row has no figures.

use std::error::Error;
use std::fmt;

/// A result of whatever can go wrong here.
pub(crate) type Outcome<T> = Result<T, Problem>;

/// Why something could not be measured.
#[derive(Debug)]
pub(crate) enum Problem {
    /// This machine lacks something: the row is skipped, and the rest goes on.
    Absent(String),
    /// A signal asked for the end: nothing goes on.
    Interrupted,
    /// Something went wrong: the rest goes on, and the exit status tells.
    Failed(Box<dyn Error>),
}

impl Problem {
    /// The problem in a few words, for where there is little room.
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
