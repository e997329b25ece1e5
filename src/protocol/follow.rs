//! The messages of a follow link between two servers.

use super::decimal::Digits;
use super::fields::fields;
use super::message::At;
use super::server_name::ServerName;
use std::fmt;

/// The identity of a server's log, drawn at random each time the server starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LogId(u64);

impl LogId {
    /// An identity from a number drawn at random.
    pub const fn new(random: u64) -> Self {
        Self(random)
    }

    /// Reads 16 hexadecimal digits in lower case; None if `text` is anything else.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let digits = std::str::from_utf8(text).ok().filter(|text| text.len() == 16)?;
        let lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        digits.bytes().all(lower_hex).then(|| u64::from_str_radix(digits, 16).ok().map(Self))?
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The point from which a follower wants a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// From the start: the follower knows nothing of this log.
    Start,
    /// Only new changes.
    Now,
    /// Changes after this number, in the log with this identity.
    Number(LogId, u64),
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Since::Start => f.write_str("- 0"),
            Since::Now => f.write_str("- now"),
            Since::Number(log, number) => write!(f, "{log} {number}"),
        }
    }
}

/// `FOLLOW <follower's name> <log id> <number>`: the one line that a follower sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follow {
    /// The name of the follower.
    pub follower: ServerName,
    /// The point from which it wants the log.
    pub since: Since,
}

impl Follow {
    /// Reads one line without its LF; None if it is not a FOLLOW.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let [b"FOLLOW", follower, log, number] = words(line)? else { return None };
        let since = match (log, number) {
            (b"-", b"0") => Since::Start,
            (b"-", b"now") => Since::Now,
            _ => Since::Number(LogId::parse(log)?, whole_number(number)?),
        };
        Some(Self { follower: server_name(follower)?, since })
    }
}

impl fmt::Display for Follow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FOLLOW {} {}", self.follower, self.since)
    }
}

/// The longest address in an [`Introduction`], in bytes: a host name of 253 bytes, a colon and a
/// port.
pub const ADDRESS_BYTES_MAX: usize = 259;

/// `FOLLOWER <follower's log id> <follower's address>`: what a follower says of itself after FOLLOW.
/// Servers of version 1.1 and before ignore it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduction {
    /// The identity of the follower's own log.
    pub log: LogId,
    /// The address at which others dial the follower: visible ASCII, not empty, and of at most
    /// [`ADDRESS_BYTES_MAX`] bytes.
    pub address: String,
}

impl Introduction {
    /// Reads one line without its LF; None if it is not an introduction.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let [b"FOLLOWER", log, address] = words(line)? else { return None };
        let is_visible = address.iter().all(u8::is_ascii_graphic);
        let address = Some(address).filter(|it| is_visible && it.len() <= ADDRESS_BYTES_MAX)?;
        let address = std::str::from_utf8(address).ok()?.to_owned();
        Some(Self { log: LogId::parse(log)?, address })
    }
}

impl fmt::Display for Introduction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FOLLOWER {} {}", self.log, self.address)
    }
}

/// A line that a followed server sends.
#[derive(Clone, Debug, PartialEq)]
pub enum FeedLine<'a> {
    /// `LOG <server's name> <log id>`: whose log it is, and its identity. Always the first line.
    Log(ServerName, LogId),
    /// A change.
    At(At<'a>),
    /// `SEQ <number>`: the follower now has everything up to this number.
    Seq(u64),
}

impl<'a> FeedLine<'a> {
    /// Reads one line without its LF; None if a feed must not contain it.
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        match fields(line).next()? {
            b"AT" => At::parse(line).ok().map(FeedLine::At),
            b"SEQ" => {
                let [_, number] = words(line)?;
                whole_number(number).map(FeedLine::Seq)
            }
            b"LOG" => {
                let [_, server, log] = words(line)?;
                Some(FeedLine::Log(server_name(server)?, LogId::parse(log)?))
            }
            _ => None,
        }
    }
}

/// Exactly `N` fields.
fn words<const N: usize>(line: &[u8]) -> Option<[&[u8]; N]> {
    let mut fields = fields(line);
    let mut words = [&line[..0]; N];
    for word in &mut words {
        *word = fields.next()?;
    }
    fields.next().is_none().then_some(words)
}

fn whole_number(text: &[u8]) -> Option<u64> {
    let (digits, rest) = Digits::read(text);
    if digits.count() == 0 || !rest.is_empty() { None } else { digits.value() }
}

fn server_name(text: &[u8]) -> Option<ServerName> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> ServerName {
        text.parse().expect("the test's names are legal")
    }

    #[test]
    fn follow_has_three_forms() {
        let log = LogId::new(0x1f);
        for (line, since) in [
            ("FOLLOW Ball - 0", Since::Start),
            ("FOLLOW Ball - now", Since::Now),
            ("FOLLOW Ball 000000000000001f 42", Since::Number(log, 42)),
        ] {
            let follow = Follow { follower: name("Ball"), since };
            assert_eq!(Follow::parse(line.as_bytes()), Some(follow.clone()));
            assert_eq!(follow.to_string(), line);
        }
    }

    #[test]
    fn nothing_else_is_a_follow() {
        for line in [
            "",
            "FOLLOW",
            "FOLLOW Ball",
            "FOLLOW Ball - 1",
            "FOLLOW Ball - -1",
            "FOLLOW Ball 1f 42",
            "FOLLOW Ball 000000000000001F 42",
            "FOLLOW Ball 000000000000001f now",
            "FOLLOW a/b - 0",
            "FOLLOW Ball - 0 x",
            "follow Ball - 0",
            "FOLLOW Ball 000000000000001f 18446744073709551616",
        ] {
            assert_eq!(Follow::parse(line.as_bytes()), None, "{line:?}");
        }
    }

    #[test]
    fn an_introduction_has_a_log_and_an_address() {
        let line = "FOLLOWER 000000000000001f 127.0.0.1:22000";
        let introduction =
            Introduction { log: LogId::new(0x1f), address: "127.0.0.1:22000".to_owned() };
        assert_eq!(Introduction::parse(line.as_bytes()), Some(introduction.clone()));
        assert_eq!(introduction.to_string(), line);
        let long = format!("FOLLOWER 000000000000001f {}", "a".repeat(ADDRESS_BYTES_MAX + 1));
        for line in [
            "FOLLOWER",
            "FOLLOWER 1f a:1",
            "FOLLOWER 000000000000001f",
            "FOLLOWER 000000000000001f a:1 x",
            "FOLLOWER 000000000000001f a\u{1b}:1",
            long.as_str(),
        ] {
            assert_eq!(Introduction::parse(line.as_bytes()), None, "{line:?}");
        }
    }

    #[test]
    fn a_feed_says_log_at_and_seq() {
        let log = FeedLine::Log(name("Ball"), LogId::new(0xff));
        assert_eq!(FeedLine::parse(b"LOG Ball 00000000000000ff\r"), Some(log));
        assert_eq!(FeedLine::parse(b"SEQ 7"), Some(FeedLine::Seq(7)));
        assert!(matches!(FeedLine::parse(b"AT Ball +0.1 kiwi +34-118 5"), Some(FeedLine::At(_))));
        for line in
            ["", "SEQ", "SEQ x", "SEQ 1 2", "LOG Ball", "LOG Ball xyz", "AT Ball", "IAMAT k +1+1 1"]
        {
            assert_eq!(FeedLine::parse(line.as_bytes()), None, "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn no_line_panics(line in "(FOLLOW|LOG|SEQ|AT)?[ -z]{0,80}") {
            let _ = (Follow::parse(line.as_bytes()), FeedLine::parse(line.as_bytes()));
        }
    }
}
