//! Replies of Redis.

use super::scan::{LastLine, NoReply, Outcome, take, take_line};

/// The longest string and the longest array that a reply may announce. The commands here ask for
/// twenty members at most.
const ANNOUNCED_MAX: u64 = 1 << 20;

/// Finds the ends of replies in RESP 2: `+OK`, `-ERR ...`, `:1`, and strings and arrays with their
/// lengths in front.
#[derive(Debug, Default)]
pub(super) struct RespReplies {
    state: State,
    /// How many values are left until the reply ends, including the current one. An array is a
    /// value, too, and its elements are added to the count.
    values_left: u64,
    refused: bool,
    refusal: LastLine,
}

/// Which part of a value comes next.
#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Before the byte that says what it is.
    #[default]
    Before,
    /// In a line that is the whole value.
    Line,
    /// In a line that is the whole value, an error.
    Refusal,
    /// In the line with its length.
    Length { of: Announced, length: u64, negative: bool },
    /// In a string, with this many bytes left.
    Text { bytes_left: usize },
}

/// A value with its length in front.
#[derive(Clone, Copy, Debug)]
enum Announced {
    Text,
    Array,
}

impl RespReplies {
    /// See [`Replies::next`](super::replies::Replies::next).
    pub(super) fn next(&mut self, rest: &mut &[u8]) -> Result<Option<Outcome>, NoReply> {
        while let Some(&first) = rest.first() {
            let whole = match self.state {
                State::Before => self.begin(first, rest)?,
                State::Line => take_line(rest).1,
                State::Refusal => self.refused(rest),
                State::Length { of, length, negative } => {
                    let before = *rest;
                    let (byte, length) = (take(rest, 1)[0], (of, length, negative));
                    self.length(byte, length).ok_or_else(|| NoReply::of(before))?
                }
                State::Text { bytes_left } => self.text(bytes_left, rest),
            };
            if !whole {
                continue;
            }
            self.state = State::Before;
            self.values_left -= 1;
            if self.values_left == 0 {
                let refused = std::mem::take(&mut self.refused);
                return Ok(Some(if refused { Outcome::Refused } else { Outcome::Well }));
            }
        }
        Ok(None)
    }

    /// The last refusal.
    pub(super) fn refusal(&self) -> String {
        self.refusal.text()
    }

    /// Looks at the first byte of a value. It stays in place if the line will be shown.
    fn begin(&mut self, first: u8, rest: &mut &[u8]) -> Result<bool, NoReply> {
        let sized = |of| State::Length { of, length: 0, negative: false };
        self.state = match first {
            b'+' | b':' => State::Line,
            b'-' => State::Refusal,
            b'$' => sized(Announced::Text),
            b'*' => sized(Announced::Array),
            _ => return Err(NoReply::of(rest)),
        };
        if matches!(self.state, State::Length { .. }) {
            take(rest, 1);
        }
        self.values_left = self.values_left.max(1);
        Ok(false)
    }

    fn refused(&mut self, rest: &mut &[u8]) -> bool {
        let (line, whole) = take_line(rest);
        self.refusal.push(line, whole);
        self.refused = true;
        whole
    }

    /// Takes in a byte of a length. Returns None if it does not belong there.
    fn length(&mut self, byte: u8, (of, length, negative): (Announced, u64, bool)) -> Option<bool> {
        let negative = negative || byte == b'-';
        self.state = match byte {
            b'0'..=b'9' => {
                let length = 10 * length + u64::from(byte - b'0');
                (length <= ANNOUNCED_MAX).then_some(State::Length { of, length, negative })?
            }
            b'-' | b'\r' => State::Length { of, length, negative },
            b'\n' => return Some(self.announced(of, length, negative)),
            _ => return None,
        };
        Some(false)
    }

    /// Goes on after the line with the length: of nothing (`-1`), of a string, or of an array.
    fn announced(&mut self, of: Announced, length: u64, negative: bool) -> bool {
        match of {
            _ if negative => true,
            Announced::Array => {
                self.values_left += length;
                true
            }
            Announced::Text => {
                let bytes = usize::try_from(length).expect("announced lengths are small");
                self.state = State::Text { bytes_left: bytes + 2 };
                false
            }
        }
    }

    fn text(&mut self, bytes_left: usize, rest: &mut &[u8]) -> bool {
        let taken = take(rest, bytes_left.min(rest.len())).len();
        self.state = State::Text { bytes_left: bytes_left - taken };
        taken == bytes_left
    }
}

#[cfg(test)]
mod tests {
    use super::super::replies::Replies;
    use super::super::replies::tests::outcomes;
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::select;

    fn reply() -> impl Strategy<Value = (&'static str, Outcome)> {
        select(vec![
            ("+OK\r\n", Outcome::Well),
            (":0\r\n", Outcome::Well),
            ("-ERR could not decode requested zset member\r\n", Outcome::Refused),
            ("$-1\r\n", Outcome::Well),
            ("$6\r\na\r\n-*$\r\n", Outcome::Well),
            ("*0\r\n", Outcome::Well),
            ("*-1\r\n", Outcome::Well),
            ("*2\r\n*2\r\n$1\r\na\r\n$6\r\n0.0000\r\n*2\r\n$1\r\nb\r\n$0\r\n\r\n", Outcome::Well),
            ("*2\r\n*1\r\n*0\r\n:1\r\n", Outcome::Well),
        ])
    }

    proptest! {
        /// A count that depends on how the network cuts the stream would lose replies, and wait for
        /// them without end.
        #[test]
        fn cuts_do_not_matter(
            replies in proptest::collection::vec(reply(), 0..12),
            chunk_bytes in 1usize..60,
        ) {
            let stream: String = replies.iter().map(|&(text, _)| text).collect();
            let expected: Vec<_> = replies.iter().map(|&(_, outcome)| outcome).collect();
            let counter = Replies::Resp(RespReplies::default());
            let found = outcomes(counter, stream.as_bytes().chunks(chunk_bytes), &[]);
            prop_assert_eq!(found, Ok(expected));
        }

        /// Whatever listens on the port, the bench must not panic.
        #[test]
        fn no_stream_panics(stream in "[-+:$*0-9a-z\r\n]{0,60}") {
            let counter = Replies::Resp(RespReplies::default());
            let _ = outcomes(counter, [stream.as_bytes()].into_iter(), &[]);
        }
    }

    /// A server of another kind must be reported, and an endless length must not be waited for.
    #[test]
    fn what_is_no_reply_is_shown() {
        for (stream, shown) in [
            (&b"AT Alford +0.5 kiwi\n"[..], "AT Alford +0.5 kiwi"),
            (b"$1x\r\n", "x"),
            (b"*99999999\r\n", "99"),
        ] {
            let counter = Replies::Resp(RespReplies::default());
            let found = outcomes(counter, [stream].into_iter(), &[]);
            assert_eq!(found, Err(NoReply(shown.to_owned())));
        }
    }

    /// After an error, the first question is what the server refused.
    #[test]
    fn a_refusal_is_kept() {
        let mut counter = RespReplies::default();
        for mut chunk in [&b"-ERR wrong "[..], b"number\r\n"] {
            while counter.next(&mut chunk).unwrap().is_some() {}
        }
        assert_eq!(counter.refusal(), "-ERR wrong number");
    }
}
