//! Looking for the ends of replies in bytes, without keeping the replies.

/// How many bytes of a refusal, or of something that is not a reply, are kept to be shown.
const EXCERPT_BYTES_MAX: usize = 160;

/// What a reply says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The command was carried out.
    Well,
    /// The server refused the command: `?` or `-ERR`.
    Refused,
}

/// These bytes cannot begin a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NoReply(pub(super) String);

impl NoReply {
    /// The error about input that begins with these bytes.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut excerpt = Excerpt::default();
        excerpt.push(bytes.split(|&byte| byte == b'\n').next().unwrap_or_default());
        Self(excerpt.text())
    }
}

/// The beginning of a line.
#[derive(Debug, Default)]
pub(super) struct Excerpt(Vec<u8>);

/// The beginning of the last whole line of some kind. The next one may be on its way.
#[derive(Debug, Default)]
pub(super) struct LastLine {
    coming: Excerpt,
    whole: Excerpt,
}

impl LastLine {
    /// Appends a part of the line that is on its way, which may be its end.
    pub(super) fn push(&mut self, part: &[u8], is_whole: bool) {
        self.coming.push(part);
        if is_whole {
            std::mem::swap(&mut self.coming, &mut self.whole);
            self.coming.clear();
        }
    }

    /// The line as text.
    pub(super) fn text(&self) -> String {
        self.whole.text()
    }
}

impl Excerpt {
    /// Forgets the line.
    fn clear(&mut self) {
        self.0.clear();
    }

    /// Appends more of the line, as far as there is room.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let room = EXCERPT_BYTES_MAX - self.0.len();
        self.0.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// The line as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).trim_end().to_owned()
    }
}

/// Takes the bytes up to and including the next LF off the front, or all bytes if there is no LF.
/// Returns them and whether they end the line.
pub(super) fn take_line<'a>(rest: &mut &'a [u8]) -> (&'a [u8], bool) {
    let (length, whole) = match memchr::memchr(b'\n', rest) {
        Some(at) => (at + 1, true),
        None => (rest.len(), false),
    };
    (take(rest, length), whole)
}

/// Takes `length` bytes off the front.
pub(super) fn take<'a>(rest: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, after) = rest.split_at(length);
    *rest = after;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that sends no line ends must not fill the memory.
    #[test]
    fn an_excerpt_has_a_limit() {
        let NoReply(text) = NoReply::of(&[b'x'; 1000]);
        assert_eq!(text, "x".repeat(EXCERPT_BYTES_MAX));
        assert_eq!(NoReply::of(b"HTTP/1.1 400\r\nServer: x\r\n"), NoReply("HTTP/1.1 400".into()));
    }
}
