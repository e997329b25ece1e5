//! What a server answers.

use herd::protocol::{At, InvalidField};
use std::fmt;

/// One reply, whatever the command was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The answer to an IAMAT.
    At(AtLine),
    /// The answer to a WHATSAT.
    Places(PlacesReply),
    /// `? ` and the command: the server takes it for an invalid one. The bytes are the whole line
    /// with its LF.
    Invalid(Vec<u8>),
    /// `OK ` and the name of the token: the answer to an AUTH. The bytes are the whole line with its
    /// LF.
    Authenticated(Vec<u8>),
    /// The server took an AT line in, which is not answered.
    Nothing,
}

impl Reply {
    /// The reply exactly as it came.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Reply::At(at) => &at.bytes,
            Reply::Places(places) => &places.bytes,
            Reply::Invalid(bytes) | Reply::Authenticated(bytes) => bytes,
            Reply::Nothing => b"",
        }
    }

    /// The first line, without its LF.
    pub fn first_line(&self) -> &[u8] {
        let mut lines = self.as_bytes().split(|&byte| byte == b'\n');
        lines.next().unwrap_or_default()
    }
}

/// An AT line as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct AtLine {
    /// A valid AT line with its LF.
    bytes: Vec<u8>,
}

impl AtLine {
    pub(crate) fn new(bytes: Vec<u8>) -> Result<Self, Vec<u8>> {
        match parse(&bytes).is_ok() {
            true => Ok(Self { bytes }),
            false => Err(bytes),
        }
    }

    /// What the line says.
    pub fn at(&self) -> At<'_> {
        parse(&self.bytes).expect("the line was read when it was taken in")
    }

    /// The line with its LF, exactly as it came.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn parse(bytes: &[u8]) -> Result<At<'_>, InvalidField> {
    At::parse(bytes.strip_suffix(b"\n").unwrap_or(bytes))
}

impl fmt::Debug for AtLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AtLine({:?})", String::from_utf8_lossy(&self.bytes))
    }
}

/// The line with its LF; what is not UTF-8 is replaced.
impl fmt::Display for AtLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.bytes))
    }
}

/// The answer to a WHATSAT: where the client is, and the places near it.
#[derive(Clone, PartialEq, Eq)]
pub struct PlacesReply {
    bytes: Vec<u8>,
    at: AtLine,
    json: String,
}

impl PlacesReply {
    /// Takes a whole reply whose first line, with its LF, is `line_bytes` long. Gives it back when
    /// the line is no AT line or the rest no text.
    pub(crate) fn new(bytes: Vec<u8>, line_bytes: usize) -> Result<Self, Vec<u8>> {
        let (line, rest) = bytes.split_at(line_bytes);
        let json = rest.strip_suffix(b"\n\n").unwrap_or_default().to_vec();
        match (AtLine::new(line.to_vec()), String::from_utf8(json)) {
            (Ok(at), Ok(json)) => Ok(Self { bytes, at, json }),
            _ => Err(bytes),
        }
    }

    /// The newest AT line of the client.
    pub fn at(&self) -> &AtLine {
        &self.at
    }

    /// The JSON in the shape of a Nearby Search reply, without the LFs that end it. It is the
    /// server's word that this is JSON; nothing here has looked into it.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The whole reply, exactly as it came.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for PlacesReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlacesReply").field("at", &self.at).field("json", &self.json).finish()
    }
}
