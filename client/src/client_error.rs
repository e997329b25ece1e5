//! What can go wrong between a client and a server.

use herd::access::TokenName;
use herd::config::Address;
use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

/// The longest reply, in bytes: twice the 4 MiB that a server reads from its source of places.
pub const REPLY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A conversation with a server failed.
///
/// After every problem but [`Problem::LineBreak`] and [`Problem::Refused`] the connection cannot be
/// used any more, since nobody knows which reply would come next. Whether the server took the
/// command in is then unknown as well.
#[derive(Debug)]
pub struct ClientError {
    address: Address,
    problem: Problem,
}

/// What happened.
#[derive(Debug)]
pub enum Problem {
    /// No connection came about.
    Unreachable(io::Error),
    /// No secure connection came about: the server's certificate is refused, or it refuses that of
    /// this client. Nothing was sent.
    Insecure(io::Error),
    /// The connection broke.
    Lost(io::Error),
    /// The server closed the connection before its reply was whole.
    Closed,
    /// The reply was not complete within this time.
    TimedOut(Duration),
    /// The reply is longer than [`REPLY_BYTES_MAX`](crate::REPLY_BYTES_MAX).
    TooLong,
    /// What came is no reply to this command; the text is its first line.
    NoReply(String),
    /// The server took the command for an invalid one; the text is its reply. The connection goes
    /// on.
    Refused(String),
    /// The server does not accept the token of this name.
    TokenRefused(TokenName),
    /// A token was shown to a server that asks for none.
    NoTokens,
    /// A command is one line, and this text holds more. Nothing was sent; the connection goes on.
    LineBreak(String),
    /// An earlier problem ended the connection.
    Ended,
}

impl ClientError {
    pub(crate) fn new(address: &Address, problem: Problem) -> Self {
        Self { address: address.clone(), problem }
    }

    /// The server's address.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// What happened.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = &self.address;
        match &self.problem {
            Problem::Unreachable(error) => write!(f, "no server at {address}: {}", reason(error)),
            Problem::Insecure(error) => {
                write!(f, "no secure connection to {address}: {}", reason(error))
            }
            Problem::Lost(error) => write!(f, "connection to {address} broke: {}", reason(error)),
            Problem::Closed => write!(f, "{address} closed the connection before its reply ended"),
            Problem::TimedOut(span) => write!(f, "no whole reply from {address} within {span:?}"),
            Problem::TooLong => {
                write!(f, "reply of {address} is longer than {REPLY_BYTES_MAX} bytes")
            }
            Problem::NoReply(line) => {
                write!(f, "{address} is no herd-server: it answered {line:?}")
            }
            Problem::Refused(reply) => write!(f, "{address} calls the command invalid: {reply:?}"),
            Problem::TokenRefused(name) => write!(
                f,
                "{address} refused the token of {name}: the name or the token is wrong, or it was \
                 revoked"
            ),
            Problem::NoTokens => {
                write!(
                    f,
                    "{address} asks for no token: unset HERD_TOKEN and leave out --token-file"
                )
            }
            Problem::LineBreak(text) => {
                write!(f, "a command is one line, but there is a line break in {text:?}")
            }
            Problem::Ended => {
                write!(f, "connection to {address} ended with an earlier error: connect again")
            }
        }
    }
}

/// The system's errors in words that are the same on every system, without their numbers. What the
/// async runtime wraps around them only repeats the address.
pub(crate) fn reason(error: &io::Error) -> String {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    match (error.raw_os_error(), cause) {
        (Some(_), _) => error.kind().to_string(),
        (None, Some(cause)) => reason(cause),
        (None, None) => error.to_string(),
    }
}

impl Error for ClientError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            Problem::Unreachable(error) | Problem::Insecure(error) | Problem::Lost(error) => {
                Some(error)
            }
            Problem::Closed
            | Problem::TimedOut(_)
            | Problem::TooLong
            | Problem::NoReply(_)
            | Problem::Refused(_)
            | Problem::TokenRefused(_)
            | Problem::NoTokens
            | Problem::LineBreak(_)
            | Problem::Ended => None,
        }
    }
}
