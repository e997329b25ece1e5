//! Finds where one reply ends and the next begins, and keeps neither.

use super::herd_replies::HerdReplies;
use super::kind::Kind;
use super::resp_replies::RespReplies;
use super::scan::{NoReply, Outcome};

/// The replies of one connection, in the language of its server.
#[derive(Debug)]
pub(super) enum Replies {
    Herd(HerdReplies),
    Resp(RespReplies),
}

impl Replies {
    /// Takes the next reply, to a command of this kind, off the front of `rest`. Returns None if
    /// `rest` ends before the reply does.
    pub(super) fn next(
        &mut self,
        rest: &mut &[u8],
        kind: Kind,
    ) -> Result<Option<Outcome>, NoReply> {
        match self {
            Replies::Herd(replies) => replies.next(rest, kind),
            Replies::Resp(replies) => replies.next(rest),
        }
    }

    /// The next reply is that to an AUTH, and counts for no command.
    pub(super) fn await_auth(&mut self) {
        match self {
            Replies::Herd(replies) => replies.await_auth(),
            // Redis is not told tokens.
            Replies::Resp(_) => (),
        }
    }

    /// The last refusal, or its beginning if it was long.
    pub(super) fn refusal(&self) -> String {
        match self {
            Replies::Herd(replies) => replies.refusal(),
            Replies::Resp(replies) => replies.refusal(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The outcomes of a stream that comes in these chunks, where the commands were of these kinds.
    pub(in super::super) fn outcomes<'a>(
        mut replies: Replies,
        chunks: impl Iterator<Item = &'a [u8]>,
        kinds: &[Kind],
    ) -> Result<Vec<Outcome>, NoReply> {
        let mut found = Vec::new();
        for mut chunk in chunks {
            while !chunk.is_empty() {
                let kind = kinds.get(found.len()).copied().unwrap_or(Kind::Tell);
                match replies.next(&mut chunk, kind)? {
                    Some(outcome) => found.push(outcome),
                    None => assert_eq!(chunk, b"", "a reply that goes on takes all there is"),
                }
            }
        }
        Ok(found)
    }
}
