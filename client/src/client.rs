//! A conversation with one server.

use crate::channel::Channel;
use crate::client_error::{ClientError, Problem};
use crate::credentials::Credentials;
use crate::reply::{AtLine, PlacesReply, Reply};
use crate::wire::Wire;
use herd::config::Address;
use herd::protocol::{AUTH_REFUSED, ClientId, MaxResults, Position, Radius, Timestamp};
use herd::runtime::{self, AsyncStd, Runtime};
use herd::tls::{ClientSide, InvalidHostName};
use std::fmt;
use std::future::Future;
use std::io;
use std::time::Duration;

/// How long a client waits for a connection, and for each whole reply, unless told otherwise: 30 s.
pub const TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);

/// A connection with a server, for as many commands as you like, on any [`Runtime`].
///
/// Commands go one by one: each waits for its reply. A command that failed on the way, or whose
/// future was dropped before its end, ends the connection.
pub struct Client<R: Runtime = AsyncStd> {
    runtime: R,
    address: Address,
    timeout: Duration,
    /// None once a command has failed.
    wire: Option<Wire<Channel<R::Stream>>>,
}

impl Client {
    /// Connects on async-std. Connecting and each reply may take [`TIMEOUT_DEFAULT`].
    ///
    /// # Errors
    /// [`Problem::Unreachable`], or [`Problem::TimedOut`] when nothing answers at all.
    pub async fn connect(address: &Address) -> Result<Self, ClientError> {
        Self::connect_within(TIMEOUT_DEFAULT, address).await
    }

    /// Connects on async-std. Connecting and each reply may take `timeout`.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_within(timeout: Duration, address: &Address) -> Result<Self, ClientError> {
        Self::connect_on(AsyncStd::new(), timeout, address).await
    }
}

impl<R: Runtime> Client<R> {
    /// Connects on `runtime`. Connecting and each reply may take `timeout`.
    ///
    /// # Errors
    /// [`Problem::Unreachable`], or [`Problem::TimedOut`] when nothing answers at all.
    pub async fn connect_on(
        runtime: R,
        timeout: Duration,
        address: &Address,
    ) -> Result<Self, ClientError> {
        let opened = open(&runtime, address);
        Self::within(timeout, &runtime, address, async { opened.await.map(Channel::Plain) }).await
    }

    /// Connects on `runtime` over TLS; the server's certificate must be for the host of `address`.
    /// Connecting and each reply may take `timeout`.
    ///
    /// # Errors
    /// As [`connect_on`](Self::connect_on), and [`Problem::Insecure`].
    pub async fn connect_tls_on(
        runtime: R,
        timeout: Duration,
        address: &Address,
        side: &ClientSide,
    ) -> Result<Self, ClientError> {
        let opened = async {
            let host = address.host().parse();
            let invalid = |error: InvalidHostName| Problem::Insecure(io::Error::other(error));
            let host = host.map_err(invalid)?;
            let stream = open(&runtime, address).await?;
            let secured = side.connect(&host, stream, &runtime).await;
            Ok(Channel::Tls(Box::new(secured.map_err(Problem::Insecure)?)))
        };
        Self::within(timeout, &runtime, address, opened).await
    }

    async fn within(
        timeout: Duration,
        runtime: &R,
        address: &Address,
        opening: impl Future<Output = Result<Channel<R::Stream>, Problem>>,
    ) -> Result<Self, ClientError> {
        let opened = runtime::timeout(runtime, timeout, opening).await;
        let opened = opened.unwrap_or(Err(Problem::TimedOut(timeout)));
        let channel = opened.map_err(|problem| ClientError::new(address, problem))?;
        let (runtime, address) = (runtime.clone(), address.clone());
        Ok(Self { runtime, address, timeout, wire: Some(Wire::new(channel)) })
    }

    /// The time of the runtime's clock, which a client tells with its own position.
    pub fn now(&self) -> Timestamp {
        self.runtime.now()
    }

    /// Where the server is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Shows the server a token. Whatever is sent after that is sent by its holder.
    ///
    /// # Errors
    /// As [`send`](Self::send), [`Problem::TokenRefused`], and [`Problem::NoTokens`] when the server
    /// asks for none and does not know the command. The last two end the connection.
    pub async fn authenticate(&mut self, credentials: &Credentials) -> Result<(), ClientError> {
        let problem = match self.send(&credentials.line()).await? {
            Reply::Authenticated(_) => return Ok(()),
            Reply::Invalid(line) if line == AUTH_REFUSED => {
                Problem::TokenRefused(credentials.name().clone())
            }
            Reply::Invalid(_) => Problem::NoTokens,
            other => return Err(self.other_reply(&other)),
        };
        self.wire = None;
        Err(ClientError::new(&self.address, problem))
    }

    /// Tells where the client `id` was at `time`, which is [`now`](Self::now) for a client that
    /// speaks of itself. The reply is the server's AT line.
    ///
    /// # Errors
    /// As [`send`](Self::send), and [`Problem::Refused`] when the server calls it invalid: the time
    /// is too far in its future, it takes no more clients, or no token was shown that permits it.
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
    /// As [`send`](Self::send), and [`Problem::Refused`] when the server does not know the client, or
    /// no token was shown that permits to ask.
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
        // The wire comes back only after a whole reply, so that none is ever taken for another's.
        let ended = || ClientError::new(&self.address, Problem::Ended);
        let mut wire = self.wire.take().ok_or_else(ended)?;
        let exchanged = runtime::timeout(&self.runtime, self.timeout, wire.exchange(line)).await;
        let reply = exchanged.unwrap_or(Err(Problem::TimedOut(self.timeout)));
        let reply = reply.map_err(|problem| ClientError::new(&self.address, problem))?;
        self.wire = Some(wire);
        Ok(reply)
    }

    fn other_reply(&self, reply: &Reply) -> ClientError {
        let line = String::from_utf8_lossy(reply.first_line()).into_owned();
        let problem = match reply {
            Reply::Invalid(_) => Problem::Refused(line),
            Reply::At(_) | Reply::Places(_) | Reply::Authenticated(_) | Reply::Nothing => {
                Problem::NoReply(line)
            }
        };
        ClientError::new(&self.address, problem)
    }
}

async fn open<R: Runtime>(runtime: &R, address: &Address) -> Result<R::Stream, Problem> {
    runtime.connect(&address.to_string()).await.map_err(Problem::Unreachable)
}

impl<R: Runtime> fmt::Debug for Client<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_connected = self.wire.is_some();
        f.debug_struct("Client")
            .field("address", &self.address)
            .field("is_connected", &is_connected)
            .finish_non_exhaustive()
    }
}
