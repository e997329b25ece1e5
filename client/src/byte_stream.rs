//! Bytes to and from a server, over whatever network the runtime has.

use futures_lite::{AsyncReadExt, AsyncWriteExt};
use herd::config::Address;
use herd::protocol::Timestamp;
use herd::runtime::{AsyncStd, Clock, Net};
use std::io;

/// Bytes read at a time.
const CHUNK_BYTES: usize = 16 * 1024;

/// A connection with a server, as bytes.
pub(crate) struct ByteStream<S> {
    stream: S,
    chunk: Box<[u8]>,
}

impl<S: herd::runtime::Stream> ByteStream<S> {
    /// Connects, trying each address that the host has.
    pub(crate) async fn open<N: Net<Stream = S>>(net: &N, address: &Address) -> io::Result<Self> {
        let stream = net.connect(&address.to_string()).await?;
        Ok(Self { stream, chunk: vec![0; CHUNK_BYTES].into() })
    }

    /// Sends all of `bytes`.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// Waits for the next bytes. An empty slice means that the server has closed the connection.
    pub(crate) async fn receive(&mut self) -> io::Result<&[u8]> {
        let length = self.stream.read(&mut self.chunk).await?;
        Ok(&self.chunk[..length])
    }
}

/// The time of this machine's clock, to stamp a position with.
pub fn now() -> Timestamp {
    AsyncStd::default().now()
}
