//! What is known of one client.

use crate::protocol::{At, ClientId, Timestamp};
use memchr::{memchr, memrchr};

/// The canonical line of a client with its LF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KnownLine<'a> {
    pub(super) bytes: &'a [u8],
    /// Where the client's ID is in the line.
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

    /// Whether the line is about this client.
    pub(super) fn is_of(self, client: ClientId<'_>) -> bool {
        let behind = self.at_client().strip_prefix(client.as_bytes());
        behind.is_some_and(|behind| behind.starts_with(b" "))
    }

    /// The client's ID.
    pub(super) fn client(self) -> &'a [u8] {
        let end = memchr(b' ', self.at_client()).expect("the line goes on behind the client");
        &self.at_client()[..end]
    }

    /// Whether it replaces the other line of the same client. Times are compared first, then bytes.
    pub(super) fn is_newer_than(self, other: KnownLine<'_>) -> bool {
        let (time, other_time) = (self.time_text(), other.time_text());
        // Digits in equal places compare as the numbers do; so most times need not be read again.
        let order = if time.len() == other_time.len() && have_nine_decimals([time, other_time]) {
            time.cmp(other_time)
        } else {
            timestamp(time).cmp(&timestamp(other_time))
        };
        order.then_with(|| self.bytes.cmp(other.bytes)).is_gt()
    }

    /// The time of the position, as the client wrote it.
    fn time_text(self) -> &'a [u8] {
        let before = memrchr(b' ', self.bytes).expect("there are words before the time");
        &self.bytes[before + 1..self.bytes.len() - 1]
    }
}

fn have_nine_decimals(times: [&[u8]; 2]) -> bool {
    times.iter().all(|time| time.len() > 10 && time[time.len() - 10] == b'.')
}

fn timestamp(text: &[u8]) -> Timestamp {
    Timestamp::parse(text).expect("a canonical line ends with a time and LF")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known_line(bytes: &[u8]) -> KnownLine<'_> {
        KnownLine::new(&At::parse(bytes).expect("the line is good"), bytes)
    }

    #[test]
    fn the_client_is_found_in_the_line() {
        let line = known_line(b"AT Ball +0.500000000 kiwi +34-118 1.25\n");
        assert_eq!(line.client(), b"kiwi");
        let is_of = |client| line.is_of(ClientId::parse(client).expect("the ID is good"));
        assert!(is_of(b"kiwi"));
        assert!(!is_of(b"kiw") && !is_of(b"kiwis") && !is_of(b"iwi"));
    }

    proptest! {
        /// Times of every form. Many are equal, or differ only in where the point is.
        #[test]
        fn the_newer_line_is_the_one_with_the_later_time_or_more_bytes(
            times in ["0?[01]{1,4}(\\.[01]{1,9})?", "0?[01]{1,4}(\\.[01]{9})?"],
            servers in ["[AB]", "[AB]"],
        ) {
            let text = |index: usize| {
                format!("AT {} +0.500000000 kiwi +34-118 {}\n", servers[index], times[index])
            };
            let texts = [text(0), text(1)];
            let [one, other] = [0, 1].map(|index| {
                let time = Timestamp::parse(times[index].as_bytes()).expect("the time is good");
                ((time, texts[index].as_bytes()), known_line(texts[index].as_bytes()))
            });
            prop_assert_eq!(one.1.is_newer_than(other.1), one.0 > other.0);
        }
    }
}
