//! What is known of one client.

use crate::protocol::{At, ClientId, Timestamp};
use memchr::{memchr, memrchr};

/// The canonical line of a client with its LF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KnownLine<'a> {
    pub(super) bytes: &'a [u8],
    /// Where the client stands in it.
    pub(super) client_start: u16,
}

impl<'a> KnownLine<'a> {
    /// `bytes`, the canonical form of `at` with its LF.
    pub(super) fn new(at: &At<'_>, bytes: &'a [u8]) -> Self {
        let start = at.client_span(bytes.len() - 1).start;
        let client_start = u16::try_from(start).expect("a line is shorter than 65,536 bytes");
        Self { bytes, client_start }
    }

    /// The line from the client on.
    fn at_client(self) -> &'a [u8] {
        &self.bytes[usize::from(self.client_start)..]
    }

    /// Whether it is that client's line.
    pub(super) fn is_of(self, client: ClientId<'_>) -> bool {
        let behind = self.at_client().strip_prefix(client.as_bytes());
        behind.is_some_and(|behind| behind.starts_with(b" "))
    }

    /// The client's ID.
    pub(super) fn client(self) -> &'a [u8] {
        let end = memchr(b' ', self.at_client()).expect("the line goes on behind the client");
        &self.at_client()[..end]
    }

    /// When the client was there.
    pub(super) fn time(self) -> Timestamp {
        let before = memrchr(b' ', self.bytes).expect("there are words before the time");
        let text = &self.bytes[before + 1..self.bytes.len() - 1];
        Timestamp::parse(text).expect("a canonical line ends with a time and LF")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_and_time_are_found_in_the_line() {
        let bytes = b"AT Ball +0.500000000 kiwi +34-118 1.25\n";
        let at = At::parse(bytes).expect("the line is good");
        let line = KnownLine::new(&at, bytes);
        assert_eq!(
            (line.client(), line.time()),
            (&b"kiwi"[..], Timestamp::from_nanos(1_250_000_000))
        );
        let is_of = |client| line.is_of(ClientId::parse(client).expect("the ID is good"));
        assert!(is_of(b"kiwi"));
        assert!(!is_of(b"kiw") && !is_of(b"kiwis") && !is_of(b"iwi"));
    }
}
