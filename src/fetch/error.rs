//! Why no response came.

use super::budget::BudgetLimit;
use crate::tls::TlsFailure;
use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

/// No complete response came. The other side may or may not have acted on the request.
///
/// The text may go to clients and into logs: it names the host, never a path, a query or a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchError {
    /// The request cannot be sent; nothing was.
    InvalidRequest(String),
    /// The host has no address, or nothing answers there. Nothing was sent.
    NotConnected {
        /// The URL's `host:port`.
        host: String,
        /// What happened.
        why: String,
    },
    /// No secure connection came about, so nothing was sent but the host's name.
    NotSecure {
        /// The URL's `host:port`.
        host: String,
        /// What happened.
        why: String,
    },
    /// The whole of it took too long.
    TimedOut {
        /// The URL's `host:port`.
        host: String,
        /// How long that was.
        after: Duration,
    },
    /// The body is larger than the limit.
    BodyTooLarge {
        /// The URL's `host:port`.
        host: String,
        /// The limit.
        bytes_max: usize,
    },
    /// The body is compressed, although the request asked for it uncompressed.
    Encoded {
        /// The URL's `host:port`.
        host: String,
    },
    /// The host failed several times in a row, so nothing was sent: see
    /// [`Careful`](super::Careful).
    Down {
        /// The URL's `host:port`.
        host: String,
        /// How it failed the last time.
        why: String,
    },
    /// The host has asked for a pause, which is not over, so nothing was sent.
    Throttled {
        /// The URL's `host:port`.
        host: String,
        /// How much of the pause is left.
        left: Duration,
    },
    /// The budget for the host is used up, so nothing was sent: see [`Budget`](super::Budget).
    OverBudget {
        /// The URL's `host:port`.
        host: String,
        /// The limit that has been reached.
        limit: BudgetLimit,
    },
    /// More requests wait for their turn than may wait, so nothing was sent.
    Busy {
        /// The URL's `host:port`.
        host: String,
    },
    /// The connection broke, or the response is not HTTP.
    Broken {
        /// The URL's `host:port`.
        host: String,
        /// What happened.
        why: String,
    },
}

impl FetchError {
    pub(super) fn not_connected(host: &str, error: &io::Error) -> Self {
        Self::NotConnected { host: host.to_owned(), why: what_happened(error) }
    }

    /// What a handshake ended with: the wrong certificate, or a broken connection.
    pub(super) fn not_secure(host: &str, error: &io::Error) -> Self {
        let failure = TlsFailure::in_error(error);
        let why = failure.map_or_else(|| what_happened(error), TlsFailure::to_string);
        Self::NotSecure { host: host.to_owned(), why }
    }

    pub(super) fn broken(host: &str, error: &hyper::Error) -> Self {
        Self::Broken { host: host.to_owned(), why: what_broke(error) }
    }
}

/// An I/O error in words, without the system's number where the kind says it all.
fn what_happened(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the connection ended early".to_owned(),
        kind if error.raw_os_error().is_some() => kind.to_string(),
        _ => error.to_string(),
    }
}

/// An HTTP error in words: the first cause that was I/O, or else its own text.
fn what_broke(error: &hyper::Error) -> String {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return what_happened(error);
        }
        cause = error.source();
    }
    if error.is_incomplete_message() {
        return "the connection ended early".to_owned();
    }
    error.to_string()
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRequest(why) => write!(f, "invalid request: {why}"),
            Self::NotConnected { host, why } => write!(f, "could not connect to {host}: {why}"),
            Self::NotSecure { host, why } => write!(f, "no secure connection to {host}: {why}"),
            Self::TimedOut { host, after } => {
                write!(f, "{host} did not answer within {} s", after.as_secs_f64())
            }
            Self::BodyTooLarge { host, bytes_max } => {
                write!(f, "the reply of {host} is larger than {bytes_max} bytes")
            }
            Self::Encoded { host } => {
                write!(f, "the reply of {host} is compressed, which was not asked for")
            }
            Self::Down { host, why } => {
                write!(f, "{host} is down and left alone for now: {why}")
            }
            Self::Throttled { host, left } => {
                write!(f, "{host} takes no more requests for {} s", left.as_secs_f64().ceil())
            }
            Self::OverBudget { host, limit } => {
                write!(f, "the budget for {host} is used up: {limit}")
            }
            Self::Busy { host } => write!(f, "too many requests wait for {host}"),
            Self::Broken { host, why } => write!(f, "no whole reply from {host}: {why}"),
        }
    }
}

impl Error for FetchError {}
