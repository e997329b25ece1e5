//! A conversation with one server.

use crate::client_error::{ClientError, Problem};
use crate::connection::{Connection, within};
use crate::fields::fields;
use crate::reply::{AtLine, PlacesReply, Reply};
use crate::reply_buffer::{Ending, ReplyBuffer};
use herd::config::Address;
use herd::protocol::{ClientId, MaxResults, Position, Radius, Timestamp};
use std::time::Duration;

/// How long a client waits for a connection, and for each whole reply, when nobody says.
pub const TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);

/// A connection with a server, for as many commands as you like.
///
/// Commands go one by one: each waits for its reply. A command that failed on the way, or whose
/// future was dropped before its end, ends the connection.
#[derive(Debug)]
pub struct Client {
    address: Address,
    timeout: Duration,
    link: Option<Link>,
}

/// A connection, and what came over it ahead of its time.
#[derive(Debug)]
struct Link {
    connection: Connection,
    buffer: ReplyBuffer,
}

impl Client {
    /// Connects, and waits for that and for each reply for [`TIMEOUT_DEFAULT`] at most.
    ///
    /// # Errors
    /// [`Problem::Unreachable`], or [`Problem::TimedOut`] when nobody says yes or no.
    pub async fn connect(address: &Address) -> Result<Self, ClientError> {
        Self::connect_within(TIMEOUT_DEFAULT, address).await
    }

    /// Connects, and waits for that and for each reply for `timeout` at most.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_within(timeout: Duration, address: &Address) -> Result<Self, ClientError> {
        let error = |problem| ClientError::new(address, problem);
        let opened = within(timeout, Connection::open(address)).await;
        let opened = opened.ok_or_else(|| error(Problem::TimedOut(timeout)))?;
        let connection = opened.map_err(|cause| error(Problem::Unreachable(cause)))?;
        let link = Some(Link { connection, buffer: ReplyBuffer::default() });
        Ok(Self { address: address.clone(), timeout, link })
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
        // The link comes back only after a whole reply, so that none is ever taken for another's.
        let ended = || ClientError::new(&self.address, Problem::Ended);
        let mut link = self.link.take().ok_or_else(ended)?;
        let exchanged = within(self.timeout, link.exchange(line)).await;
        let reply = exchanged.unwrap_or(Err(Problem::TimedOut(self.timeout)));
        let reply = reply.map_err(|problem| ClientError::new(&self.address, problem))?;
        self.link = Some(link);
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

impl Link {
    async fn exchange(&mut self, line: &[u8]) -> Result<Reply, Problem> {
        match fields(line).next().unwrap_or_default() {
            b"WHATSAT" => self.ask(&[line, b"\n"].concat(), Ending::EmptyLine).await,
            b"AT" => self.tell(line).await,
            _ => self.ask(&[line, b"\n"].concat(), Ending::Line).await,
        }
    }

    async fn ask(&mut self, bytes: &[u8], ending: Ending) -> Result<Reply, Problem> {
        self.connection.send(bytes).await.map_err(Problem::Lost)?;
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
            let chunk = self.connection.receive().await.map_err(Problem::Lost)?;
            if chunk.is_empty() {
                return Err(Problem::Closed);
            }
            self.buffer.push(chunk)?;
        }
    }
}
