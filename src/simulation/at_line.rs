//! An AT line as the model sees it.

use crate::protocol::Timestamp;
use std::fmt;

/// An AT line without its LF, in the herd's order: by time, then byte by byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AtLine {
    time: Timestamp,
    line: Vec<u8>,
}

impl AtLine {
    /// Parses a line independently of the servers' own parser, except for the notation of times.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let read = Self { time: Timestamp::default(), line: line.to_owned() };
        let [b"AT", _, _, _, _, time] = read.fields()[..] else { return None };
        let time = Timestamp::parse(time).ok()?;
        Some(Self { time, ..read })
    }

    pub(super) fn time(&self) -> Timestamp {
        self.time
    }

    pub(super) fn server(&self) -> &[u8] {
        self.fields()[1]
    }

    /// The text of the skew: receive time minus the client's time.
    pub(super) fn skew(&self) -> &[u8] {
        self.fields()[2]
    }

    pub(super) fn client(&self) -> &[u8] {
        self.fields()[3]
    }

    /// What the client sent: its ID, position and time.
    pub(super) fn said(&self) -> Vec<u8> {
        self.fields()[3..].join(&b' ')
    }

    fn fields(&self) -> Vec<&[u8]> {
        self.line.split(|&byte| byte == b' ').collect()
    }
}

impl fmt::Debug for AtLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.line))
    }
}
