//! Mistakes in a script.

use std::fmt;

/// A line of a script is no step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    script: String,
    line: usize,
    message: String,
}

impl ScriptError {
    pub(super) fn new(script: &str, line: usize, message: String) -> Self {
        Self { script: script.to_owned(), line, message }
    }

    /// The line, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }
}

/// `SCRIPT:LINE: MESSAGE`.
impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.script, self.line, self.message)
    }
}

impl std::error::Error for ScriptError {}
