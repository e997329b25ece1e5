//! Bytes in, replies out, however the network cut them.

use crate::client_error::{Problem, REPLY_BYTES_MAX};
use crate::reply::{AtLine, PlacesReply, Reply};
use herd::traffic::redacted;

/// How the end of a reply is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The reply is one line.
    Line,
    /// The reply is an AT line, JSON and an empty line, or one line that says `?`.
    EmptyLine,
}

/// What has been received and not been handed out.
#[derive(Debug, Default)]
pub(crate) struct ReplyBuffer {
    bytes: Vec<u8>,
    /// How many bytes have been searched for the reply's end without finding it.
    searched: usize,
}

impl ReplyBuffer {
    /// Takes in what the network brought.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Result<(), Problem> {
        if self.bytes.len() + chunk.len() > REPLY_BYTES_MAX {
            return Err(Problem::TooLong);
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    /// Takes the next reply off the front, when all of it is there.
    pub(crate) fn next_reply(&mut self, ending: Ending) -> Result<Option<Reply>, Problem> {
        let Some(line_bytes) = self.bytes.iter().position(|&byte| byte == b'\n') else {
            return Ok(None);
        };
        let line_bytes = line_bytes + 1;
        if ending == Ending::Line || !self.bytes.starts_with(b"AT ") {
            return one_line(self.take(line_bytes)).map(Some);
        }
        // The empty line's two LFs may be the AT line's own and the next, or cut apart by a chunk.
        let from = self.searched.max(line_bytes) - 1;
        let Some(at) = self.bytes[from..].windows(2).position(|pair| pair == b"\n\n") else {
            self.searched = self.bytes.len();
            return Ok(None);
        };
        let places = PlacesReply::new(self.take(from + at + 2), line_bytes);
        places.map(|places| Some(Reply::Places(places))).map_err(no_reply)
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        let rest = self.bytes.split_off(length);
        self.searched = 0;
        std::mem::replace(&mut self.bytes, rest)
    }
}

fn one_line(bytes: Vec<u8>) -> Result<Reply, Problem> {
    if bytes.starts_with(b"? ") {
        return Ok(Reply::Invalid(bytes));
    }
    if bytes.starts_with(b"OK ") {
        return Ok(Reply::Authenticated(bytes));
    }
    AtLine::new(bytes).map(Reply::At).map_err(no_reply)
}

fn no_reply(bytes: Vec<u8>) -> Problem {
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    // A server that is none may send back whatever it is told, tokens too.
    Problem::NoReply(String::from_utf8_lossy(&redacted(line)).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AT: &[u8] = b"AT Alford +0.5 kiwi +34-118 1\n";
    const PLACES: &[u8] = b"AT Alford +0.5 kiwi +34-118 1\n{\n   \"status\" : \"OK\"\n}\n\n";

    fn replies<'a>(chunks: impl Iterator<Item = &'a [u8]>, endings: &[Ending]) -> Vec<Reply> {
        let mut buffer = ReplyBuffer::default();
        let mut endings = endings.iter();
        let mut ending = endings.next();
        let mut found = Vec::new();
        for chunk in chunks {
            buffer.push(chunk).unwrap();
            while let Some(&wanted) = ending {
                let Some(reply) = buffer.next_reply(wanted).unwrap() else { break };
                found.push(reply);
                ending = endings.next();
            }
        }
        found
    }

    fn problem(bytes: &[u8], ending: Ending) -> String {
        let mut buffer = ReplyBuffer::default();
        buffer.push(bytes).unwrap();
        format!("{:?}", buffer.next_reply(ending).unwrap_err())
    }

    /// A reply's parts are what programs and scripts look at.
    #[test]
    fn a_places_reply_has_an_at_line_and_json() {
        let found = replies([PLACES].into_iter(), &[Ending::EmptyLine]);
        let [Reply::Places(places)] = &found[..] else { panic!("{found:?}") };
        assert_eq!(places.at().as_bytes(), AT);
        assert_eq!(places.at().at().server(), b"Alford");
        assert_eq!(places.json(), "{\n   \"status\" : \"OK\"\n}");
        assert_eq!(places.as_bytes(), PLACES);
    }

    /// A server that is none must be told from one that says `?`.
    #[test]
    fn what_is_no_reply_is_named() {
        assert_eq!(problem(b"HTTP/1.1 400\r\n", Ending::Line), "NoReply(\"HTTP/1.1 400\")");
        assert_eq!(problem(b"AT x\n{}\n\n", Ending::EmptyLine), "NoReply(\"AT x\")");
        assert_eq!(
            problem(b"AT A +0.5 k +34-118 1\n\xff\n\n", Ending::EmptyLine),
            "NoReply(\"AT A +0.5 k +34-118 1\")"
        );
    }

    /// Somebody who shows a token to the wrong server must not find it in an error.
    #[test]
    fn a_token_that_comes_back_is_not_shown() {
        assert_eq!(problem(b"AUTH van-7 s3cr3t\n", Ending::Line), "NoReply(\"AUTH [hidden]\")");
    }

    /// A server without end must not fill the client's memory.
    #[test]
    fn a_reply_has_a_limit() {
        let mut buffer = ReplyBuffer::default();
        buffer.push(&vec![b'x'; REPLY_BYTES_MAX]).unwrap();
        assert!(matches!(buffer.push(b"x"), Err(Problem::TooLong)));
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(cuts in 1usize..80) {
            let stream = [b"? FOO\n", PLACES, AT, b"? WHATSAT x 1 1\n", PLACES].concat();
            let endings =
                [Ending::Line, Ending::EmptyLine, Ending::Line, Ending::EmptyLine, Ending::EmptyLine];
            let found = replies(stream.chunks(cuts), &endings);
            prop_assert_eq!(found.len(), 5);
            let bytes: Vec<u8> = found.iter().flat_map(|reply| reply.as_bytes()).copied().collect();
            prop_assert_eq!(bytes, stream);
        }
    }
}
