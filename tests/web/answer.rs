//! Reading what a server answers over HTTP.

use serde_json::Value;

/// One response.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// Reads the first response in `bytes`, and returns the rest. None if it is not whole.
    pub fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let head_end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..head_end]).expect("heads are ASCII");
        let rest = &bytes[head_end + 4..];
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().expect("a status is a number");
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").expect("a header has a value");
            (name.to_ascii_lowercase(), value.to_owned())
        };
        let mut answer = Self { status, headers: lines.map(header).collect(), body: String::new() };
        let rest = match answer.header("transfer-encoding") {
            Some(_) => {
                let (body, rest) = unchunked(rest);
                answer.body = body;
                rest
            }
            None => {
                let length = answer
                    .header("content-length")
                    .map_or(0, |length| length.parse().expect("a length is a number"));
                let (body, rest) = rest.split_at_checked(length)?;
                answer.body = String::from_utf8(body.to_vec()).expect("bodies are UTF-8");
                rest
            }
        };
        Some((answer, rest))
    }

    /// All responses in `bytes`.
    pub fn all(mut bytes: &[u8]) -> Vec<Self> {
        let mut answers = Vec::new();
        while let Some((answer, rest)) = Self::read(bytes) {
            answers.push(answer);
            bytes = rest;
        }
        assert!(bytes.is_empty(), "half a response: {}", String::from_utf8_lossy(bytes));
        answers
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let known = self.headers.iter().find(|(known, _)| known == name);
        known.map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

/// The chunks that are here, joined, and what follows the last one.
pub fn unchunked(mut bytes: &[u8]) -> (String, &[u8]) {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&bytes[..end]).expect("a size is ASCII");
        let size = usize::from_str_radix(size, 16).expect("a size is hexadecimal");
        let Some((chunk, rest)) = bytes[end + 2..].split_at_checked(size) else { break };
        body.extend_from_slice(chunk);
        bytes = rest.strip_prefix(b"\r\n").unwrap_or(rest);
        if size == 0 {
            break;
        }
    }
    (String::from_utf8(body).expect("bodies are UTF-8"), bytes)
}
