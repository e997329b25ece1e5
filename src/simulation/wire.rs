//! The client's end of a connection.

use futures_lite::{AsyncRead, AsyncReadExt};
use std::io;

/// Reads replies line by line.
pub(super) struct Replies<S> {
    stream: S,
    unread: Vec<u8>,
}

impl<S: AsyncRead + Unpin> Replies<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, unread: Vec::new() }
    }

    /// The next line without its LF; None at the end of input.
    pub(super) async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(end) = self.unread.iter().position(|&byte| byte == b'\n') {
                let mut line: Vec<u8> = self.unread.drain(..=end).collect();
                line.pop();
                return Ok(Some(line));
            }
            let mut chunk = [0; 1024];
            let count = self.stream.read(&mut chunk).await?;
            if count == 0 {
                return match self.unread.is_empty() {
                    true => Ok(None),
                    false => Err(io::ErrorKind::UnexpectedEof.into()),
                };
            }
            self.unread.extend_from_slice(&chunk[..count]);
        }
    }

    /// Reads up to and including the next empty line, and returns the lines before it, joined by
    /// LF.
    pub(super) async fn paragraph(&mut self) -> io::Result<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if line.is_empty() {
                return Ok(lines.join("\n"));
            }
            lines.push(String::from_utf8_lossy(&line).into_owned());
        }
    }
}
