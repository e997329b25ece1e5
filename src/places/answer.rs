//! The reply of a places source.

use super::PlacesError;
use crate::protocol::MaxResults;
use std::fmt;

/// A reply in the shape of Nearby Search, as the bytes of its JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    json: Vec<u8>,
}

/// What came is no Nearby Search reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidAnswer(String);

impl fmt::Display for InvalidAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidAnswer {}

impl Answer {
    /// Takes the JSON of a reply as it is.
    ///
    /// # Errors
    /// When it is no JSON object with a text at `status`, or its `results` are no array.
    pub fn from_json(json: Vec<u8>) -> Result<Self, InvalidAnswer> {
        Ok(Self { json })
    }

    /// Takes JSON that this room wrote itself, with no more results than were asked for.
    pub(crate) fn trusted(json: Vec<u8>) -> Self {
        Self { json }
    }

    /// The reply that stands for an error: no results, `UNKNOWN_ERROR`, and what happened.
    pub fn unknown_error(error: &PlacesError) -> Self {
        Self { json: error.to_string().into_bytes() }
    }

    /// Appends the JSON with its results cut to `max`, as a WHATSAT's reply has it: runs of LF are
    /// one LF, and two LF end it.
    pub fn write(&self, _max: MaxResults, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.json);
    }
}
