//! Why no answer came from a source of places.

use std::fmt;

/// No answer came from a source of places. The text goes to clients: it says what happened, and
/// holds no key and no other secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacesError(String);

impl PlacesError {
    /// An error that says what happened.
    pub fn new(what_happened: impl Into<String>) -> Self {
        Self(what_happened.into())
    }
}

impl PlacesError {
    /// A service answered with something other than `expected`. `why` must hold nothing of the reply,
    /// which is not for everyone.
    pub(super) fn not_understood(expected: &str, why: impl fmt::Display) -> Self {
        Self(format!("the places service answered with no {expected}: {why}"))
    }

    /// A service answered with nothing but an HTTP status.
    pub(super) fn of_status(status: u16) -> Self {
        Self(format!("the places service answered {status}"))
    }
}

impl fmt::Display for PlacesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PlacesError {}
