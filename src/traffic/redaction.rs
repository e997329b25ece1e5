//! What must not get into a log.

use crate::protocol::Request;
use memchr::{memchr, memchr_iter, memchr2_iter, memrchr};
use std::borrow::Cow;

/// What stands in the place of what is hidden.
const HIDDEN: &[u8] = b" [hidden]";

/// The word behind which a token may stand, in any letter case. It is also how HTTP's header with
/// credentials begins, and what programs call such things.
const WORD: &[u8; 4] = b"auth";

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The other side sends them.
    In,
    /// This side sends them. Only invalid commands, which go back behind a `? `, can hold secrets.
    Out,
}

/// Hides what may be a token in the bytes of one direction of a connection, in whatever pieces they
/// come: in each line whatever follows the word AUTH, and whatever follows the beginning of a path or a URL,
/// as in an HTTP request. A line that is
/// a valid command holds no token, and stays as it is if it comes in one piece.
#[derive(Debug)]
pub struct Redactor {
    direction: Direction,
    line: LineState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineState {
    /// The next byte begins a line.
    Fresh,
    /// Within a line of which everything is shown, with its last bytes so far.
    Shown([u8; WORD.len() - 1]),
    /// Within a line that went out and cannot hold a secret.
    Harmless,
    /// Within a line whose rest is hidden.
    Hidden,
}

impl Redactor {
    /// For a connection that has just been opened.
    pub fn new(direction: Direction) -> Self {
        Self { direction, line: LineState::Fresh }
    }

    /// The bytes as they may be shown. They are those that follow the ones of the last call.
    pub fn redact<'b>(&mut self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        if !self.is_suspicious(bytes) {
            self.pass(bytes);
            return Cow::Borrowed(bytes);
        }
        let mut shown = Vec::with_capacity(bytes.len());
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.piece(piece, &mut shown);
        }
        Cow::Owned(shown)
    }

    /// Whether anything may have to be hidden. It is fast for what clients usually say and hear.
    fn is_suspicious(&self, bytes: &[u8]) -> bool {
        match (self.direction, self.line) {
            (_, LineState::Hidden) => true,
            (Direction::In, _) => secret_start(self.tail(), bytes).is_some(),
            (Direction::Out, LineState::Shown(_)) => true,
            (Direction::Out, _) => memchr(b'?', bytes).is_some(),
        }
    }

    /// Takes in a piece of a line, up to its LF if that is there, and shows what may be shown of it.
    fn piece(&mut self, piece: &[u8], shown: &mut Vec<u8>) {
        let is_harmless = match self.line {
            LineState::Fresh => self.direction == Direction::Out && !piece.starts_with(b"?"),
            LineState::Harmless => true,
            LineState::Shown(_) | LineState::Hidden => false,
        };
        let is_hidden = self.line == LineState::Hidden;
        let secret = if is_hidden { Some(0) } else { self.secret_start(piece) };
        match secret.filter(|_| !is_harmless) {
            None => {
                shown.extend_from_slice(piece);
                self.pass(piece);
            }
            Some(start) => {
                if !is_hidden {
                    shown.extend_from_slice(&piece[..start]);
                    shown.extend_from_slice(HIDDEN);
                }
                self.line = LineState::Hidden;
                if piece.ends_with(b"\n") {
                    shown.push(b'\n');
                    self.line = LineState::Fresh;
                }
            }
        }
    }

    /// Where in a piece of a line that was shown so far a secret may begin.
    fn secret_start(&self, piece: &[u8]) -> Option<usize> {
        let is_whole = self.line == LineState::Fresh && piece.ends_with(b"\n");
        let mark = if self.direction == Direction::Out { &b"? "[..] } else { b"" };
        let cut = if piece.starts_with(mark) { mark.len() } else { 0 };
        let line = piece[cut..].trim_ascii_end();
        if is_whole && Request::parse(line).is_ok() {
            return None;
        }
        secret_start(self.tail(), piece)
    }

    /// Notes bytes that were shown.
    fn pass(&mut self, bytes: &[u8]) {
        let last = match memrchr(b'\n', bytes) {
            Some(at) => {
                self.line = LineState::Fresh;
                &bytes[at + 1..]
            }
            None => bytes,
        };
        if last.is_empty() {
            return;
        }
        let mut tail = self.tail();
        for &byte in &last[last.len().saturating_sub(tail.len())..] {
            tail.rotate_left(1);
            tail[tail.len() - 1] = byte;
        }
        self.line = match self.direction == Direction::In || self.is_echo(last) {
            true => LineState::Shown(tail),
            false => LineState::Harmless,
        };
    }

    /// Whether a line that goes out is an invalid command, as far as it has come.
    fn is_echo(&self, piece: &[u8]) -> bool {
        match self.line {
            LineState::Fresh => piece.starts_with(b"?"),
            LineState::Shown(_) | LineState::Hidden => true,
            LineState::Harmless => false,
        }
    }

    /// The last bytes of the line so far.
    fn tail(&self) -> [u8; WORD.len() - 1] {
        match self.line {
            LineState::Shown(tail) => tail,
            LineState::Fresh | LineState::Harmless | LineState::Hidden => Default::default(),
        }
    }
}

/// The bytes of one line as they may be shown.
pub fn redacted(line: &[u8]) -> Cow<'_, [u8]> {
    Redactor::new(Direction::In).redact(line)
}

/// Where a secret may begin in `bytes`, before which came those of `tail`: behind [`WORD`], or at the path
/// of a request.
fn secret_start(tail: [u8; WORD.len() - 1], bytes: &[u8]) -> Option<usize> {
    [word_end(tail, bytes), path_start(tail, bytes)].into_iter().flatten().min()
}

/// Where the first path or URL begins: a slash behind a blank, or the second one of `://`.
fn path_start(tail: [u8; WORD.len() - 1], bytes: &[u8]) -> Option<usize> {
    let before = |at: usize, back: usize| match at.checked_sub(back) {
        Some(at) => bytes[at],
        None => tail[tail.len() + at - back],
    };
    let mut slashes = memchr_iter(b'/', bytes);
    let is_path = |at: usize| match before(at, 1) {
        b' ' | b'\t' => true,
        b'/' => before(at, 2) == b':',
        _ => false,
    };
    slashes.find(|&at| is_path(at)).map(|at| at.saturating_sub(1))
}

/// Where [`WORD`] first ends in `bytes`, before which came those of `tail`.
fn word_end(tail: [u8; WORD.len() - 1], bytes: &[u8]) -> Option<usize> {
    // The last letter is the rarest one in commands.
    memchr2_iter(b'h', b'H', bytes).map(|at| at + 1).find(|&end| {
        let from = end.saturating_sub(WORD.len());
        let in_tail = WORD.len() - (end - from);
        tail[tail.len() - in_tail..].eq_ignore_ascii_case(&WORD[..in_tail])
            && bytes[from..end].eq_ignore_ascii_case(&WORD[in_tail..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(direction: Direction, pieces: &[&str]) -> String {
        let mut redactor = Redactor::new(direction);
        let mut shown = Vec::new();
        for piece in pieces {
            shown.extend_from_slice(&redactor.redact(piece.as_bytes()));
        }
        String::from_utf8(shown).expect("the test's lines are text")
    }

    const IN: Direction = Direction::In;
    const OUT: Direction = Direction::Out;

    #[test]
    fn whatever_follows_the_word_is_hidden_up_to_the_end_of_the_line() {
        for (said, expected) in [
            ("AUTH van-7 s3cr3t\nIAMAT", "AUTH [hidden]\nIAMAT"),
            ("AUTH\n", "AUTH [hidden]\n"),
            ("auth van-7 s3cr3t", "auth [hidden]"),
            ("x\n hello Auth\ts3cr3t \r\ny\n", "x\n hello Auth [hidden]\ny\n"),
            ("AUTHs3cr3t AUTH\n", "AUTH [hidden]\n"),
            ("IAMAT kiwi +1+1 1 AUTH van-7 s3cr3t\n", "IAMAT kiwi +1+1 1 AUTH [hidden]\n"),
            ("Authorization: Basic s3cr3t\r\n", "Auth [hidden]\n"),
            ("GET http://a/t/s3cr3t HTTP/1.1\n", "GET http: [hidden]\n"),
            ("GET /t/s3cr3t?auth HTTP/1.1\r\nHost: a\r\n", "GET [hidden]\nHost: a\r\n"),
        ] {
            assert_eq!(shown(IN, &[said]), expected, "{said:?}");
        }
    }

    /// The traffic log must stay of use.
    #[test]
    fn valid_commands_and_replies_stay_as_they_are() {
        for line in
            ["IAMAT author-7 +1+1 1\n", "WHATSAT the-AUTH 1 1\r\n", "hello there\n", "aut\nh"]
        {
            assert_eq!(shown(IN, &[line]), line);
        }
        for line in [
            "AT Alford +0.5 author-7 +1+1 1\n{\n  \"name\": \"Port Authority? AUTH x\"\n}\n\n",
            "? IAMAT author-7 +1+1 1\n",
            "? AUT\n",
        ] {
            assert_eq!(shown(OUT, &[line]), line);
        }
        assert_eq!(
            shown(OUT, &["AT \"auth\"?", " AUTH x\n? auth y\n"]),
            "AT \"auth\"? AUTH x\n? auth [hidden]\n"
        );
        assert_eq!(shown(OUT, &["? GET /t/s3cr3t HTTP/1.0\r\n"]), "? GET [hidden]\n");
    }

    /// The network cuts lines where it likes.
    #[test]
    fn a_word_and_a_secret_may_come_in_pieces() {
        assert_eq!(
            shown(IN, &["x AU", "T", "H", " va", "n s3", "cr3t\nIAMAT"]),
            "x AUTH [hidden]\nIAMAT"
        );
        assert_eq!(
            shown(OUT, &["?", " a", "uth s3", "cr3t", "\nAT auth"]),
            "? auth [hidden]\nAT auth"
        );
        assert_eq!(shown(IN, &["GET", " /t/s3", "cr3t HTTP/1.1\n"]), "GET [hidden]\n");
        assert_eq!(shown(IN, &["GET ", "/t/s3cr3t\nx"]), "GET  [hidden]\nx");
        assert_eq!(shown(IN, &["http:", "/", "/s3cr3t"]), "http:/ [hidden]");
        assert_eq!(shown(IN, &["", "AUTH", "", " s3cr3t"]), "AUTH [hidden]");
    }

    #[test]
    fn one_line_can_be_shown_alone() {
        assert_eq!(&*redacted(b"AUTH van-7 s3cr3t"), b"AUTH [hidden]");
        assert_eq!(&*redacted(b"hello"), b"hello");
    }

    proptest! {
        /// Wherever it is cut, no secret is shown, and everything else is unless it is behind the word.
        #[test]
        fn cuts_never_show_a_secret(
            before in "[ a-hTU?\n]{0,12}",
            word in "[aA][uU][tT][hH]",
            after in "[ \t]{0,2}S3CR3T[a-z ]{0,9}",
            cuts in 1usize..9,
        ) {
            let text = format!("{before}{word}{after}\nnext\n");
            for direction in [IN, OUT] {
                // What goes out is an echo, or this would be no command.
                let text = match direction { IN => text.clone(), OUT => format!("? {}", text.replace('\n', "\n? ")) };
                let pieces: Vec<&str> =
                    text.as_bytes().chunks(cuts).map(|piece| str::from_utf8(piece).expect("it is ASCII")).collect();
                let shown = shown(direction, &pieces);
                prop_assert!(!shown.contains("S3CR3T"), "{shown:?}");
                prop_assert!(shown.contains("next\n"), "{shown:?}");
            }
        }
    }
}
