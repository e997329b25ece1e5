//! What each question asks for.

use herd::protocol::{MaxResults, Radius};

/// What a WHATSAT asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question {
    /// How far from the client.
    pub radius: Radius,
    /// How many places.
    pub max: MaxResults,
}
