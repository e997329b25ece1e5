//! A connection to a server: lines out, whole replies in.

use crate::client_error::Problem;
use crate::fields::fields;
use crate::reply::Reply;
use crate::reply_buffer::{Ending, ReplyBuffer};
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use herd::runtime::Stream;

/// The most that is read at a time, in bytes.
const CHUNK_BYTES: usize = 16 * 1024;

/// A stream, and what came over it and belongs to no whole reply yet.
pub(crate) struct Wire<S> {
    stream: S,
    chunk: Box<[u8]>,
    buffer: ReplyBuffer,
}

impl<S: Stream> Wire<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, chunk: vec![0; CHUNK_BYTES].into(), buffer: ReplyBuffer::default() }
    }

    pub(crate) async fn exchange(&mut self, line: &[u8]) -> Result<Reply, Problem> {
        match fields(line).next().unwrap_or_default() {
            b"WHATSAT" => self.ask(&[line, b"\n"].concat(), Ending::EmptyLine).await,
            b"AT" => self.tell(line).await,
            _ => self.ask(&[line, b"\n"].concat(), Ending::Line).await,
        }
    }

    async fn ask(&mut self, bytes: &[u8], ending: Ending) -> Result<Reply, Problem> {
        self.stream.write_all(bytes).await.map_err(Problem::Lost)?;
        self.reply(ending).await
    }

    /// Sends an AT line. A server that takes it in answers nothing; so an empty line goes after it,
    /// which every server calls invalid, and its reply shows that no other will come.
    async fn tell(&mut self, line: &[u8]) -> Result<Reply, Problem> {
        let reply = self.ask(&[line, b"\n\n"].concat(), Ending::Line).await?;
        if reply.as_bytes() == b"? \n" {
            return Ok(Reply::Nothing);
        }
        self.reply(Ending::Line).await?;
        Ok(reply)
    }

    async fn reply(&mut self, ending: Ending) -> Result<Reply, Problem> {
        loop {
            if let Some(reply) = self.buffer.next_reply(ending)? {
                return Ok(reply);
            }
            let length = self.stream.read(&mut self.chunk).await.map_err(Problem::Lost)?;
            if length == 0 {
                return Err(Problem::Closed);
            }
            self.buffer.push(&self.chunk[..length])?;
        }
    }
}
