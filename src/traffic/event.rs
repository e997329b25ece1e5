//! An event and its line of JSON.

use crate::protocol::{ServerName, Timestamp};
use std::fmt::{self, Display};
use std::io::Write;

/// The number of a connection, counted from 1 since the server started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

impl Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The purpose of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A client connected.
    Client,
    /// A neighbor connected to follow this server.
    Feed,
    /// This server dialled a neighbor, to follow it.
    Follow,
    /// This server dialled a neighbor's client port, to push to it.
    Push,
    /// Somebody connected who speaks HTTP. Of what is said there, only the positions are noted.
    Http,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Purpose::Client => "client",
            Purpose::Feed => "feed",
            Purpose::Follow => "follow",
            Purpose::Push => "push",
            Purpose::Http => "http",
        }
    }
}

/// Something that happened on a connection.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// It was opened, from or to this address.
    Opened(Purpose, &'a dyn DisplayAddress),
    /// These bytes were read at once.
    In(&'a [u8]),
    /// These bytes were written at once.
    Out(&'a [u8]),
    /// It is now a link to this neighbor.
    NeighborGained(&'a ServerName),
    /// It was a link to this neighbor and no longer is.
    NeighborLost(&'a ServerName),
    /// It was closed by either side.
    Closed,
}

/// An address of any type that can be printed.
pub trait DisplayAddress: Display + fmt::Debug {}
impl<T: Display + fmt::Debug> DisplayAddress for T {}

impl Event<'_> {
    fn name(&self) -> &'static str {
        match self {
            Event::Opened(..) => "opened",
            Event::In(_) => "in",
            Event::Out(_) => "out",
            Event::NeighborGained(_) => "neighbor-gained",
            Event::NeighborLost(_) => "neighbor-lost",
            Event::Closed => "closed",
        }
    }

    /// Appends the event as one line.
    pub(super) fn write(&self, time: Timestamp, connection: ConnectionId, out: &mut Vec<u8>) {
        write_head(time, self.name(), out);
        member(out, "connection", connection);
        match self {
            Event::Opened(purpose, address) => {
                text_member(out, "purpose", purpose.name().as_bytes());
                text_member(out, "address", address.to_string().as_bytes());
            }
            Event::In(bytes) | Event::Out(bytes) => data_members(bytes, out),
            Event::NeighborGained(name) | Event::NeighborLost(name) => {
                text_member(out, "neighbor", name.as_bytes());
            }
            Event::Closed => {}
        }
        out.extend_from_slice(b"}\n");
    }

    /// An upper limit for the bytes that [`write`](Self::write) appends.
    pub(super) fn written_bytes_max(&self) -> usize {
        /// All members except data; the longest are a name of 64 bytes and an address of 260.
        const FRAME: usize = 512;
        match self {
            Event::In(bytes) | Event::Out(bytes) => FRAME + 6 * bytes.len(),
            _ => FRAME,
        }
    }
}

/// Appends a line that says how many lines are missing before it.
pub(super) fn write_dropped(time: Timestamp, lines: u64, out: &mut Vec<u8>) {
    write_head(time, "dropped", out);
    member(out, "lines", lines);
    out.extend_from_slice(b"}\n");
}

/// Appends the members that each line begins with.
pub(super) const EVENT_START: &[u8] = b"{\"time\":\"";

fn write_head(time: Timestamp, event: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(EVENT_START);
    time.write(out);
    out.push(b'"');
    text_member(out, "event", event.as_bytes());
}

fn member(out: &mut Vec<u8>, key: &str, value: impl Display) {
    write!(out, ",\"{key}\":{value}").expect("a vector takes every byte");
}

fn text_member(out: &mut Vec<u8>, key: &str, text: &[u8]) {
    write!(out, ",\"{key}\":\"").expect("a vector takes every byte");
    escape(text, out);
    out.push(b'"');
}

/// Appends the bytes as text if they are UTF-8. Otherwise each byte becomes the code point with its
/// number, and a member `encoding` says so.
fn data_members(bytes: &[u8], out: &mut Vec<u8>) {
    if std::str::from_utf8(bytes).is_ok() {
        return text_member(out, "data", bytes);
    }
    text_member(out, "encoding", b"latin-1");
    let text: String = bytes.iter().copied().map(char::from).collect();
    text_member(out, "data", text.as_bytes());
}

fn escape(text: &[u8], out: &mut Vec<u8>) {
    let needs_escape = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    let mut rest = text;
    while let Some(at) = rest.iter().position(needs_escape) {
        out.extend_from_slice(&rest[..at]);
        match rest[at] {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            byte @ (b'"' | b'\\') => out.extend_from_slice(&[b'\\', byte]),
            byte => write!(out, "\\u{byte:04x}").expect("a vector takes every byte"),
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(event: Event<'_>) -> String {
        let mut out = Vec::new();
        event.write(Timestamp::from_nanos(1_500_000_000), ConnectionId(7), &mut out);
        assert!(out.len() <= event.written_bytes_max());
        String::from_utf8(out).expect("an event is text")
    }

    #[test]
    fn events_are_lines_of_json() {
        let ball = "Ball".parse().expect("the name is legal");
        assert_eq!(
            line(Event::Opened(Purpose::Client, &"127.0.0.1:5000")),
            "{\"time\":\"1.500000000\",\"event\":\"opened\",\"connection\":7,\
             \"purpose\":\"client\",\"address\":\"127.0.0.1:5000\"}\n"
        );
        assert_eq!(
            line(Event::In(b"IAMAT \"kiwi\"\t\x01\r\n")),
            "{\"time\":\"1.500000000\",\"event\":\"in\",\"connection\":7,\
             \"data\":\"IAMAT \\\"kiwi\\\"\\t\\u0001\\r\\n\"}\n"
        );
        assert_eq!(
            line(Event::NeighborLost(&ball)),
            "{\"time\":\"1.500000000\",\"event\":\"neighbor-lost\",\"connection\":7,\
             \"neighbor\":\"Ball\"}\n"
        );
    }

    /// A client may send any bytes, and an operator must be able to see which ones.
    #[test]
    fn bytes_that_are_no_text_come_back_whole() {
        let bytes: Vec<u8> = (0..=255).collect();
        let event: serde_json::Value =
            serde_json::from_str(&line(Event::Out(&bytes))).expect("the line is JSON");
        assert_eq!(event["encoding"], "latin-1");
        let data = event["data"].as_str().expect("data is text");
        let back: Vec<u8> = data.chars().map(|c| u8::try_from(c).expect("latin-1")).collect();
        assert_eq!(back, bytes);
    }
}
