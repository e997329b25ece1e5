//! A conversation with one server.

use crate::byte_stream::ByteStream;
use crate::client_error::{ClientError, Problem};
use crate::fields::fields;
use crate::reply::{AtLine, PlacesReply, Reply};
use crate::reply_buffer::{Ending, ReplyBuffer};
use herd::config::Address;
use herd::protocol::{ClientId, MaxResults, Position, Radius, Timestamp};
use herd::runtime::{AsyncStd, Runtime, Stream, timeout as within};
use std::fmt;
use std::time::Duration;

/// How long a client waits for a connection, and for each whole reply, when nobody says.
pub const TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);

/// A connection with a server, for as many commands as you like.
///
/// It sends one command at a time and waits for its reply. A command that fails on the way, or
/// whose future is dropped before its end, ends the connection.
///
/// The client runs on any [`Runtime`]. [`connect`](Self::connect) chooses async-std;
/// [`connect_on`](Self::connect_on) takes another one, for example a machine of the simulated world.
pub struct Client<R: Runtime = AsyncStd> {
    runtime: R,
    address: Address,
    timeout: Duration,
    exchange: Option<Exchange<R::Stream>>,
}

/// A connection, and the bytes that have come but belong to a later reply.
struct Exchange<S> {
    stream: ByteStream<S>,
    buffer: ReplyBuffer,
}

impl Client {
    /// Connects on async-std. Waits at most [`TIMEOUT_DEFAULT`] for the connection, and for each
    /// reply.
    ///
    /// # Errors
    /// [`Problem::Unreachable`], or [`Problem::TimedOut`] if nothing answers.
    pub async fn connect(address: &Address) -> Result<Self, ClientError> {
        Self::connect_within(TIMEOUT_DEFAULT, address).await
    }

    /// Connects on async-std. Waits at most `timeout` for the connection, and for each reply.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_within(timeout: Duration, address: &Address) -> Result<Self, ClientError> {
        Self::connect_on(AsyncStd::default(), timeout, address).await
    }
}

impl<R: Runtime> Client<R> {
    /// Connects on `runtime`. Waits at most `timeout` for the connection, and for each reply.
    ///
    /// # Errors
    /// As [`connect`](Client::connect).
    pub async fn connect_on(
        runtime: R,
        timeout: Duration,
        address: &Address,
    ) -> Result<Self, ClientError> {
        let error = |problem| ClientError::new(address, problem);
        let opened = within(&runtime, timeout, ByteStream::open(&runtime, address)).await;
        let opened = opened.ok_or_else(|| error(Problem::TimedOut(timeout)))?;
        let stream = opened.map_err(|cause| error(Problem::Unreachable(cause)))?;
        let exchange = Some(Exchange { stream, buffer: ReplyBuffer::default() });
        Ok(Self { runtime, address: address.clone(), timeout, exchange })
    }

    /// Where the server is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Tells where the client `id` was at `time`, which is [`now`](crate::now) for a client that
    /// speaks of itself. The reply is the server's AT line.
    ///
    /// # Errors
    /// As [`send`](Self::send), and [`Problem::Refused`] when the server calls it invalid: the time
    /// is too far in its future, or it takes no more clients.
    pub async fn iamat(
        &mut self,
        id: ClientId<'_>,
        position: Position<'_>,
        time: Timestamp,
    ) -> Result<AtLine, ClientError> {
        let mut line = b"IAMAT ".to_vec();
        line.extend_from_slice(id.as_bytes());
        line.extend_from_slice(format!(" {position} {time}").as_bytes());
        match self.send(&line).await? {
            Reply::At(at) => Ok(at),
            other => Err(self.other_reply(&other)),
        }
    }

    /// Asks for the places near the client `id`, at most `max` within `radius`.
    ///
    /// # Errors
    /// As [`send`](Self::send), and [`Problem::Refused`] when the server does not know the client.
    pub async fn whatsat(
        &mut self,
        id: ClientId<'_>,
        radius: Radius,
        max: MaxResults,
    ) -> Result<PlacesReply, ClientError> {
        let mut line = b"WHATSAT ".to_vec();
        line.extend_from_slice(id.as_bytes());
        line.extend_from_slice(format!(" {} {}", radius.metres() / 1000.0, max.get()).as_bytes());
        match self.send(&line).await? {
            Reply::Places(places) => Ok(places),
            other => Err(self.other_reply(&other)),
        }
    }

    /// Sends any line, without its LF, and returns the reply.
    ///
    /// # Errors
    /// [`Problem::LineBreak`] when `line` holds an LF; otherwise whatever happens to the connection.
    /// A server that calls the line invalid has answered: that is [`Reply::Invalid`], no error.
    pub async fn send(&mut self, line: &[u8]) -> Result<Reply, ClientError> {
        if line.contains(&b'\n') {
            let text = String::from_utf8_lossy(line).into_owned();
            return Err(ClientError::new(&self.address, Problem::LineBreak(text)));
        }
        // The connection is put back only after a whole reply, so that no reply is taken for that of
        // another command.
        let ended = || ClientError::new(&self.address, Problem::Ended);
        let mut exchange = self.exchange.take().ok_or_else(ended)?;
        let exchanged = within(&self.runtime, self.timeout, exchange.exchange(line)).await;
        let reply = exchanged.unwrap_or(Err(Problem::TimedOut(self.timeout)));
        let reply = reply.map_err(|problem| ClientError::new(&self.address, problem))?;
        self.exchange = Some(exchange);
        Ok(reply)
    }

    fn other_reply(&self, reply: &Reply) -> ClientError {
        let line = String::from_utf8_lossy(reply.first_line()).into_owned();
        let problem = match reply {
            Reply::Invalid(_) => Problem::Refused(line),
            Reply::At(_) | Reply::Places(_) | Reply::Nothing => Problem::NoReply(line),
        };
        ClientError::new(&self.address, problem)
    }
}

impl<R: Runtime> fmt::Debug for Client<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("address", &self.address).finish_non_exhaustive()
    }
}

impl<S: Stream> Exchange<S> {
    async fn exchange(&mut self, line: &[u8]) -> Result<Reply, Problem> {
        match fields(line).next().unwrap_or_default() {
            b"WHATSAT" => self.ask(&[line, b"\n"].concat(), Ending::EmptyLine).await,
            b"AT" => self.tell(line).await,
            _ => self.ask(&[line, b"\n"].concat(), Ending::Line).await,
        }
    }

    async fn ask(&mut self, bytes: &[u8], ending: Ending) -> Result<Reply, Problem> {
        self.stream.send(bytes).await.map_err(Problem::Lost)?;
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
            let chunk = self.stream.receive().await.map_err(Problem::Lost)?;
            if chunk.is_empty() {
                return Err(Problem::Closed);
            }
            self.buffer.push(chunk)?;
        }
    }
}
