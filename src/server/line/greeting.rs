//! What a client begins with: the protocol, or another one.

use crate::protocol::Line;
use std::fmt;

/// A TLS record with a handshake begins with its type and the major version (RFC 8446, section 5.1).
const TLS_HANDSHAKE: [u8; 2] = [0x16, 0x03];

/// Another protocol that somebody speaks to the line door.
///
/// A web page can make a browser send any text to any port. What comes behind the head of such a
/// request would be commands, which nobody at the browser meant to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    /// An HTTP/1 request.
    Http,
    /// A TLS handshake.
    Tls,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Foreign::Http => "HTTP",
            Foreign::Tls => "TLS",
        })
    }
}

/// Looks at the beginning of a connection, in whatever pieces it comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Greeting {
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Nothing,
    /// The first byte is that of a TLS handshake.
    FirstByte,
    /// The first line is not whole yet, and it is no TLS.
    FirstLine,
    /// The first line was the protocol's.
    Over,
}

impl Greeting {
    /// Looks at bytes that come in, before any line of them is taken in.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Option<Foreign> {
        for &byte in bytes {
            self.state = match self.state {
                State::Nothing if byte == TLS_HANDSHAKE[0] => State::FirstByte,
                State::FirstByte if byte == TLS_HANDSHAKE[1] => return Some(Foreign::Tls),
                State::Nothing | State::FirstByte => State::FirstLine,
                State::FirstLine | State::Over => return None,
            };
        }
        None
    }

    /// Looks at a line; only the first one can be foreign.
    pub(super) fn line(&mut self, line: Line<'_>) -> Option<Foreign> {
        if std::mem::replace(&mut self.state, State::Over) == State::Over {
            return None;
        }
        let is_http = match line {
            Line::Whole(line) => {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                line.ends_with(b" HTTP/1.0") || line.ends_with(b" HTTP/1.1")
            }
            // Its end is cut off, and no command is this long.
            Line::Overlong(start) => begins_like_a_request(start),
        };
        is_http.then_some(Foreign::Http)
    }
}

/// Whether a line begins with a method and a path.
fn begins_like_a_request(line: &[u8]) -> bool {
    let method = line.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    method > 0 && line[method..].starts_with(b" /")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tls_handshake_is_known_by_its_first_two_bytes_however_they_come() {
        assert_eq!(Greeting::default().bytes(b"\x16\x03\x01\x02"), Some(Foreign::Tls));
        let mut greeting = Greeting::default();
        assert_eq!(greeting.bytes(b"\x16"), None);
        assert_eq!(greeting.bytes(b"\x03\x03"), Some(Foreign::Tls));
        let mut greeting = Greeting::default();
        assert_eq!(greeting.bytes(b"\x16\n"), None);
        assert_eq!(greeting.bytes(b"\x16\x03"), None);
    }

    #[test]
    fn an_http_request_is_known_by_its_first_line() {
        for line in [&b"POST / HTTP/1.1\r"[..], b"GET /IAMAT HTTP/1.0"] {
            let mut greeting = Greeting::default();
            assert_eq!(greeting.bytes(line), None);
            assert_eq!(greeting.line(Line::Whole(line)), Some(Foreign::Http));
        }
    }

    /// The path of a request may be longer than a line may be.
    #[test]
    fn an_overlong_request_is_known_by_its_beginning() {
        let foreign = |start| Greeting::default().line(Line::Overlong(start));
        assert_eq!(foreign(b"POST /aaaa"), Some(Foreign::Http));
        assert_eq!(foreign(b"hello /aaaa"), None);
        assert_eq!(foreign(b" /aaaa"), None);
    }

    /// A client whose later line ends like that is a client all the same.
    #[test]
    fn only_the_first_line_counts() {
        let mut greeting = Greeting::default();
        assert_eq!(greeting.line(Line::Whole(b"IAMAT kiwi +1+1 1")), None);
        assert_eq!(greeting.line(Line::Whole(b"GET / HTTP/1.1")), None);
        assert_eq!(greeting.bytes(b"\x16\x03"), None);
    }
}
