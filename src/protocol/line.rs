//! Cuts a stream of bytes into lines, wherever the network split it.

/// The longest line of a client, in bytes without its LF.
pub const LINE_BYTES_MAX: usize = 4096;

/// The longest line between servers. An `AT` line is a client's line with a server's name and a
/// skew added, so it may be longer than [`LINE_BYTES_MAX`] by those.
pub const PEER_LINE_BYTES_MAX: usize = LINE_BYTES_MAX + 128;

/// One line, without its LF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// A line within the limit.
    Whole(&'a [u8]),
    /// The first bytes of a line over the limit; the rest of it is skipped and never stored.
    Overlong(&'a [u8]),
}

impl<'a> Line<'a> {
    /// What there is of the line.
    pub fn text(self) -> &'a [u8] {
        let (Line::Whole(text) | Line::Overlong(text)) = self;
        text
    }
}

/// Cuts a stream of bytes into lines.
///
/// A line that lies within one chunk is borrowed from it; only a line that spans chunks is copied.
/// So a connection that is not in the middle of a line holds no memory, and one that never sends LF
/// holds no more than the limit.
///
/// ```
/// use herd::protocol::{Line, LineBuffer};
///
/// let mut lines = LineBuffer::new(4096);
/// let mut chunk = &b"first\nsec"[..];
/// assert_eq!(lines.next_line(&mut chunk), Some(Line::Whole(b"first")));
/// assert_eq!(lines.next_line(&mut chunk), None);
/// let mut chunk = &b"ond\n"[..];
/// assert_eq!(lines.next_line(&mut chunk), Some(Line::Whole(b"second")));
/// ```
#[derive(Debug)]
pub struct LineBuffer {
    limit: usize,
    partial: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// `partial` holds the start of the line that is being received.
    Receiving,
    /// `partial` holds a line that was returned; the next call clears it.
    HandedOut,
    /// The line was too long and its start was returned; bytes up to the next LF are dropped.
    Skipping,
}

impl LineBuffer {
    /// A buffer for lines of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit, partial: Vec::new(), state: State::Receiving }
    }

    /// Takes the next line off the front of `chunk`. None means that all of `chunk` is consumed;
    /// call again with the bytes that follow it.
    pub fn next_line<'l, 'c: 'l>(&'l mut self, chunk: &mut &'c [u8]) -> Option<Line<'l>> {
        if self.state == State::HandedOut {
            self.forget_partial();
        }
        let newline = memchr::memchr(b'\n', chunk);
        if self.state == State::Skipping {
            *chunk = &chunk[newline.map_or(chunk.len(), |at| at + 1)..];
            newline?;
            self.forget_partial();
            return self.next_line(chunk);
        }
        let piece = &chunk[..newline.unwrap_or(chunk.len())];
        let room = self.limit - self.partial.len();
        if piece.len() > room {
            *chunk = &chunk[room..];
            return Some(self.overlong(&piece[..room]));
        }
        *chunk = &chunk[newline.map_or(chunk.len(), |at| at + 1)..];
        if newline.is_some() && self.partial.is_empty() {
            return Some(Line::Whole(piece));
        }
        self.partial.extend_from_slice(piece);
        newline?;
        self.state = State::HandedOut;
        Some(Line::Whole(&self.partial))
    }

    /// The last line, if input ended without an LF after it.
    pub fn finish(&mut self) -> Option<Line<'_>> {
        if self.state != State::Receiving {
            self.forget_partial();
        }
        self.state = State::HandedOut;
        (!self.partial.is_empty()).then_some(Line::Whole(&self.partial))
    }

    /// How many bytes of an unfinished line are held.
    pub fn partial_bytes(&self) -> usize {
        if self.state == State::Receiving { self.partial.len() } else { 0 }
    }

    fn overlong(&mut self, rest: &[u8]) -> Line<'_> {
        self.partial.extend_from_slice(rest);
        self.state = State::Skipping;
        Line::Overlong(&self.partial)
    }

    fn forget_partial(&mut self) {
        self.partial = Vec::new();
        self.state = State::Receiving;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All lines of a stream that arrives in these chunks, and whether each was cut short.
    fn lines_of<'a>(
        limit: usize,
        chunks: impl IntoIterator<Item = &'a [u8]>,
    ) -> Vec<(Vec<u8>, bool)> {
        fn note(lines: &mut Vec<(Vec<u8>, bool)>, line: Line<'_>) {
            match line {
                Line::Whole(bytes) => lines.push((bytes.to_vec(), false)),
                Line::Overlong(bytes) => lines.push((bytes.to_vec(), true)),
            }
        }
        let mut buffer = LineBuffer::new(limit);
        let mut lines = Vec::new();
        for mut chunk in chunks {
            while let Some(line) = buffer.next_line(&mut chunk) {
                note(&mut lines, line);
            }
            assert!(buffer.partial.len() <= limit);
        }
        if let Some(line) = buffer.finish() {
            note(&mut lines, line);
        }
        lines
    }

    #[test]
    fn a_last_line_needs_no_newline() {
        assert_eq!(lines_of(9, [&b"a\nb"[..]]), [(b"a".to_vec(), false), (b"b".to_vec(), false)]);
        assert_eq!(lines_of(9, [&b"a\n"[..]]), [(b"a".to_vec(), false)]);
        assert_eq!(lines_of(9, [&b""[..]]), []);
    }

    #[test]
    fn the_line_after_an_overlong_one_is_not_lost() {
        assert_eq!(
            lines_of(4, [&b"1234\n12345678\nnext\n"[..]]),
            [(b"1234".to_vec(), false), (b"1234".to_vec(), true), (b"next".to_vec(), false),]
        );
    }

    #[test]
    fn an_overlong_line_is_handed_out_before_its_end_comes() {
        let mut buffer = LineBuffer::new(4);
        let mut chunk = &b"12345"[..];
        assert_eq!(buffer.next_line(&mut chunk), Some(Line::Overlong(b"1234")));
        assert_eq!(buffer.next_line(&mut chunk), None);
        assert_eq!(buffer.finish(), None);
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(stream in "[ab\n]{0,60}", limit in 1usize..8, cut in 0usize..60) {
            let stream = stream.as_bytes();
            let whole = lines_of(limit, [stream]);
            let (head, tail) = stream.split_at(cut.min(stream.len()));
            prop_assert_eq!(&lines_of(limit, [head, tail]), &whole);
            prop_assert_eq!(&lines_of(limit, stream.chunks(1)), &whole);
        }
    }
}
