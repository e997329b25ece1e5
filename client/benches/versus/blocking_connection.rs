//! A blocking connection, for one command at a time.

use crate::problem::{Outcome, Problem};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long a reply may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The position of every client in these conversations.
const POSITION: &str = "+34.068930-118.445127";

/// The language that a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// Herd's lines.
    Herd,
    /// Redis' inline commands.
    Redis,
}

/// A connection with a server.
#[derive(Debug)]
pub(crate) struct BlockingConnection {
    stream: BufReader<TcpStream>,
    language: Language,
}

impl BlockingConnection {
    /// Connects.
    pub(crate) fn open(address: SocketAddr, language: Language) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        Ok(Self { stream: BufReader::new(stream), language })
    }

    /// Sends the position of a client at a time, and waits until the server has accepted it.
    pub(crate) fn tell(&mut self, client: &str, time: &str) -> Outcome<()> {
        let (line, good) = match self.language {
            Language::Herd => (format!("IAMAT {client} {POSITION} {time}\n"), "AT "),
            Language::Redis => (format!("SET {client} \"{POSITION} {time}\"\r\n"), "+OK"),
        };
        let reply = self.ask(&line)?;
        if reply.starts_with(good) { Ok(()) } else { Err(unexpected(&reply)) }
    }

    /// The time of the position that the server knows of a client, if it knows the client.
    pub(crate) fn known(&mut self, client: &str) -> Outcome<Option<String>> {
        let known = match self.language {
            Language::Herd => self.known_to_herd(client)?,
            Language::Redis => self.known_to_redis(client)?,
        };
        Ok(known.and_then(|text| text.split(' ').next_back().map(str::to_owned)))
    }

    /// Sends a line and reads one back, without its end.
    pub(crate) fn ask(&mut self, line: &str) -> Outcome<String> {
        self.stream.get_mut().write_all(line.as_bytes())?;
        self.line()
    }

    /// Reads one line, without its end.
    pub(crate) fn line(&mut self) -> Outcome<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err("the server closed the connection".into());
        }
        line.truncate(line.trim_end().len());
        Ok(line)
    }

    fn known_to_herd(&mut self, client: &str) -> Outcome<Option<String>> {
        let at = self.ask(&format!("WHATSAT {client} 0 0\n"))?;
        if !at.starts_with("AT ") {
            return Ok(None);
        }
        while !self.line()?.is_empty() {}
        Ok(Some(at))
    }

    fn known_to_redis(&mut self, client: &str) -> Outcome<Option<String>> {
        match self.ask(&format!("GET {client}\r\n"))?.as_str() {
            "$-1" => Ok(None),
            length if length.starts_with('$') => self.line().map(Some),
            other => Err(unexpected(other)),
        }
    }
}

fn unexpected(reply: &str) -> Problem {
    format!("unexpected reply {reply:?}").into()
}
