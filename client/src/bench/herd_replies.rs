//! Replies of a herd's servers.

use super::kind::Kind;
use super::scan::{LastLine, NoReply, Outcome, take, take_line};
use memchr::memmem;

/// Finds the ends of replies as `docs/PROTOCOL.md`, section 2, defines them: one line, or, if a
/// WHATSAT succeeds, an AT line, JSON and an empty line.
///
/// It looks only at the first byte of each line, to leave the processor to the server. One byte is
/// enough to tell `AT` from `?`, and both from what a Herd server never sends.
#[derive(Debug, Default)]
pub(super) struct HerdReplies {
    state: State,
    refusal: LastLine,
}

/// Which part of a reply comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Before it.
    #[default]
    Before,
    /// Before the reply to an AUTH.
    BeforeAuth,
    /// In the line that says that the token is good.
    Authenticated,
    /// In its AT line.
    AtLine,
    /// In a line that begins with `?`.
    Refusal,
    /// In its JSON, after any byte except LF.
    Json,
    /// In its JSON, at the start of a line. One more LF ends the reply.
    JsonLineStart,
}

impl HerdReplies {
    /// See [`Replies::next`](super::replies::Replies::next).
    pub(super) fn next(
        &mut self,
        rest: &mut &[u8],
        kind: Kind,
    ) -> Result<Option<Outcome>, NoReply> {
        while let Some(&first) = rest.first() {
            let outcome = match self.state {
                State::Before => self.begin(first, rest)?,
                State::BeforeAuth => self.begin_auth(first)?,
                State::Authenticated => self.authenticated(rest),
                State::AtLine => self.at_line(rest, kind),
                State::Refusal => self.refused(rest),
                State::Json | State::JsonLineStart => self.json(first, rest),
            };
            if outcome.is_some() {
                self.state = State::Before;
                return Ok(outcome);
            }
        }
        Ok(None)
    }

    /// See [`Replies::await_auth`](super::replies::Replies::await_auth).
    pub(super) fn await_auth(&mut self) {
        self.state = State::BeforeAuth;
    }

    /// The last refusal.
    pub(super) fn refusal(&self) -> String {
        self.refusal.text()
    }

    fn begin(&mut self, first: u8, rest: &[u8]) -> Result<Option<Outcome>, NoReply> {
        self.state = match first {
            b'A' => State::AtLine,
            b'?' => State::Refusal,
            _ => return Err(NoReply::of(rest)),
        };
        Ok(None)
    }

    fn begin_auth(&mut self, first: u8) -> Result<Option<Outcome>, NoReply> {
        match first {
            b'O' => {
                self.state = State::Authenticated;
                Ok(None)
            }
            // A server that asks for no token sends the line back, and it is shown to nobody.
            _ => Err(NoReply("the token is refused, or none is asked for".to_owned())),
        }
    }

    fn authenticated(&mut self, rest: &mut &[u8]) -> Option<Outcome> {
        if take_line(rest).1 {
            self.state = State::Before;
        }
        None
    }

    fn at_line(&mut self, rest: &mut &[u8], kind: Kind) -> Option<Outcome> {
        match (take_line(rest).1, kind) {
            (true, Kind::Tell) => return Some(Outcome::Well),
            (true, Kind::Ask) => self.state = State::JsonLineStart,
            (false, _) => (),
        }
        None
    }

    fn refused(&mut self, rest: &mut &[u8]) -> Option<Outcome> {
        let (line, whole) = take_line(rest);
        self.refusal.push(line, whole);
        whole.then_some(Outcome::Refused)
    }

    fn json(&mut self, first: u8, rest: &mut &[u8]) -> Option<Outcome> {
        if self.state == State::JsonLineStart && first == b'\n' {
            take(rest, 1);
            return Some(Outcome::Well);
        }
        if let Some(at) = memmem::find(rest, b"\n\n") {
            take(rest, at + 2);
            return Some(Outcome::Well);
        }
        self.state = if rest.ends_with(b"\n") { State::JsonLineStart } else { State::Json };
        take(rest, rest.len());
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::replies::Replies;
    use super::super::replies::tests::outcomes;
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::select;

    const AT: &str = "AT Alford +0.5 kiwi +34-118 1\n";

    /// Replies with the kind of their command and what they say.
    fn reply() -> impl Strategy<Value = (String, Kind, Outcome)> {
        let places = format!("{AT}{{\n   \"status\" : \"A ? OK\"\n}}\n\n");
        select(vec![
            (AT.to_owned(), Kind::Tell, Outcome::Well),
            ("? IAMAT x\n".to_owned(), Kind::Tell, Outcome::Refused),
            (places, Kind::Ask, Outcome::Well),
            (format!("{AT}{{}}\n\n"), Kind::Ask, Outcome::Well),
            (format!("{AT}\n"), Kind::Ask, Outcome::Well),
            ("? WHATSAT x 1 1\n".to_owned(), Kind::Ask, Outcome::Refused),
        ])
    }

    /// The next refusal may have begun already when the first one is looked at.
    #[test]
    fn a_refusal_that_has_only_begun_is_not_shown() {
        let (mut replies, mut rest) = (HerdReplies::default(), &b"? what\n? wh"[..]);
        assert_eq!(replies.next(&mut rest, Kind::Tell), Ok(Some(Outcome::Refused)));
        assert_eq!(replies.next(&mut rest, Kind::Tell), Ok(None));
        assert_eq!(replies.refusal(), "? what");
    }

    /// The reply to AUTH would be counted for the first command, and each later one for the next.
    #[test]
    fn the_reply_to_auth_counts_for_no_command() {
        let replies = || {
            let mut replies = HerdReplies::default();
            replies.await_auth();
            Replies::Herd(replies)
        };
        let stream = format!("OK van-7\n{AT}");
        for cuts in 1..stream.len() {
            let found = outcomes(replies(), stream.as_bytes().chunks(cuts), &[Kind::Tell]);
            assert_eq!(found, Ok(vec![Outcome::Well]));
        }
        let refused = outcomes(replies(), [&b"? AUTH van-7 s3cr3t\n"[..]].into_iter(), &[]);
        let text = "the token is refused, or none is asked for";
        assert_eq!(refused, Err(NoReply(text.to_owned())));
    }

    proptest! {
        /// A count that depends on how the network cuts the stream would lose replies, and wait for
        /// them without end.
        #[test]
        fn cuts_do_not_matter(
            replies in proptest::collection::vec(reply(), 0..12),
            chunk_bytes in 1usize..90,
        ) {
            let stream: String = replies.iter().map(|(text, _, _)| text.as_str()).collect();
            let kinds: Vec<_> = replies.iter().map(|&(_, kind, _)| kind).collect();
            let expected: Vec<_> = replies.iter().map(|&(_, _, outcome)| outcome).collect();
            let counter = Replies::Herd(HerdReplies::default());
            let found = outcomes(counter, stream.as_bytes().chunks(chunk_bytes), &kinds);
            prop_assert_eq!(found, Ok(expected));
        }
    }

    /// A server of another kind must be reported, not measured.
    #[test]
    fn what_is_no_reply_is_shown() {
        let counter = Replies::Herd(HerdReplies::default());
        let found = outcomes(counter, [&b"-ERR unknown command\r\n"[..]].into_iter(), &[]);
        assert_eq!(found, Err(NoReply("-ERR unknown command".to_owned())));
    }

    /// After an error, the first question is what the server refused.
    #[test]
    fn a_refusal_is_kept() {
        let mut counter = Replies::Herd(HerdReplies::default());
        for mut chunk in [&b"? one\n? t"[..], b"wo\n"] {
            while counter.next(&mut chunk, Kind::Tell).unwrap().is_some() {}
        }
        assert_eq!(counter.refusal(), "? two");
    }
}
