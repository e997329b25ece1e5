//! Replies of a herd's servers.

use super::kind::Kind;
use super::scan::{Excerpt, NoReply, Outcome, take, take_line};
use memchr::memmem;

/// Finds the ends of replies as `docs/PROTOCOL.md`, section 2, has them: a line, or for a WHATSAT
/// that goes well an AT line, JSON and an empty line.
///
/// Of each line only the first byte is looked at, since whoever measures wants the time for the
/// server. That suffices to tell `AT` from `?`, and either from what no such server sends.
#[derive(Debug, Default)]
pub(super) struct HerdReplies {
    place: Place,
    refusal: Excerpt,
}

/// Where in a reply the stream stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Before it.
    #[default]
    Before,
    /// In its AT line.
    AtLine,
    /// In its line that says `?`.
    Refusal,
    /// In its JSON, behind any byte but a LF.
    Json,
    /// In its JSON, at the start of a line: one LF more ends it.
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
            let outcome = match self.place {
                Place::Before => self.begin(first, rest)?,
                Place::AtLine => self.at_line(rest, kind),
                Place::Refusal => self.refused(rest),
                Place::Json | Place::JsonLineStart => self.json(first, rest),
            };
            if outcome.is_some() {
                self.place = Place::Before;
                return Ok(outcome);
            }
        }
        Ok(None)
    }

    /// The last refusal.
    pub(super) fn refusal(&self) -> String {
        self.refusal.text()
    }

    fn begin(&mut self, first: u8, rest: &[u8]) -> Result<Option<Outcome>, NoReply> {
        self.place = match first {
            b'A' => Place::AtLine,
            b'?' => {
                self.refusal.clear();
                Place::Refusal
            }
            _ => return Err(NoReply::of(rest)),
        };
        Ok(None)
    }

    fn at_line(&mut self, rest: &mut &[u8], kind: Kind) -> Option<Outcome> {
        match (take_line(rest).1, kind) {
            (true, Kind::Tell) => return Some(Outcome::Well),
            (true, Kind::Ask) => self.place = Place::JsonLineStart,
            (false, _) => (),
        }
        None
    }

    fn refused(&mut self, rest: &mut &[u8]) -> Option<Outcome> {
        let (line, whole) = take_line(rest);
        self.refusal.push(line);
        whole.then_some(Outcome::Refused)
    }

    fn json(&mut self, first: u8, rest: &mut &[u8]) -> Option<Outcome> {
        if self.place == Place::JsonLineStart && first == b'\n' {
            take(rest, 1);
            return Some(Outcome::Well);
        }
        if let Some(at) = memmem::find(rest, b"\n\n") {
            take(rest, at + 2);
            return Some(Outcome::Well);
        }
        self.place = if rest.ends_with(b"\n") { Place::JsonLineStart } else { Place::Json };
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

    /// Another kind of server should be named, not measured.
    #[test]
    fn what_is_no_reply_is_shown() {
        let counter = Replies::Herd(HerdReplies::default());
        let found = outcomes(counter, [&b"-ERR unknown command\r\n"[..]].into_iter(), &[]);
        assert_eq!(found, Err(NoReply("-ERR unknown command".to_owned())));
    }

    /// What the server refused is the first thing that one wants to know of an error.
    #[test]
    fn a_refusal_is_kept() {
        let mut counter = Replies::Herd(HerdReplies::default());
        for mut chunk in [&b"? one\n? t"[..], b"wo\n"] {
            while counter.next(&mut chunk, Kind::Tell).unwrap().is_some() {}
        }
        assert_eq!(counter.refusal(), "? two");
    }
}
