//! What kind of program sent a position.

use std::fmt;

/// The form in which positions came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Parameters: OsmAnd, GPSLogger, most versions of Traccar Client.
    Osmand,
    /// The JSON of Traccar Client 9.
    Traccar,
    /// OwnTracks in HTTP mode.
    Owntracks,
    /// Overland.
    Overland,
    /// A program, through `/v1/positions`.
    Api,
    /// Nobody knows.
    Unknown,
}

impl Source {
    /// How many there are.
    pub(super) const COUNT: usize = 6;
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Source::Osmand => "osmand",
            Source::Traccar => "traccar",
            Source::Owntracks => "owntracks",
            Source::Overland => "overland",
            Source::Api => "api",
            Source::Unknown => "unknown",
        })
    }
}
