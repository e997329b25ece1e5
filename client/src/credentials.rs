//! What a client shows a server to be let in.

use herd::access::{Secret, TokenName};
use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// A token and its name, written `NAME:TOKEN`, or with white space between them. What is printed of it
/// holds no token.
///
/// ```
/// use herd_client::Credentials;
///
/// let credentials: Credentials = "van-7:0123456789abcdef".parse()?;
/// assert_eq!(credentials.name().as_str(), "van-7");
/// # Ok::<(), herd_client::InvalidCredentials>(())
/// ```
#[derive(Clone, Debug)]
pub struct Credentials {
    name: TokenName,
    token: Secret,
}

impl Credentials {
    /// The token's public name.
    pub fn name(&self) -> &TokenName {
        &self.name
    }

    /// The line that shows them to a server, without its LF.
    pub(crate) fn line(&self) -> Vec<u8> {
        format!("AUTH {} {}", self.name, self.token.reveal()).into_bytes()
    }
}

impl FromStr for Credentials {
    type Err = InvalidCredentials;

    fn from_str(text: &str) -> Result<Self, InvalidCredentials> {
        let is_separator = |c: char| c == ':' || c.is_ascii_whitespace();
        let (name, token) = text.trim().split_once(is_separator).ok_or(InvalidCredentials)?;
        let token = token.trim_start();
        // A server would take what is behind white space for another field.
        if token.is_empty() || token.contains(|c: char| c.is_ascii_whitespace() || c == '\u{b}') {
            return Err(InvalidCredentials);
        }
        let name = name.parse().map_err(|_| InvalidCredentials)?;
        Ok(Self { name, token: Secret::new(token) })
    }
}

/// A text that is no name and token. It is not shown, since it may hold a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCredentials;

impl fmt::Display for InvalidCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token must be written NAME:TOKEN, as herd-server token new prints them")
    }
}

impl Error for InvalidCredentials {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_token_stand_on_both_sides_of_a_colon_or_white_space() {
        for text in ["van-7:s3:cr3t", " van-7 s3:cr3t\n", "van-7\t s3:cr3t\r\n", "van-7: s3:cr3t"] {
            let credentials: Credentials = text.parse().expect(text);
            assert_eq!(credentials.line(), b"AUTH van-7 s3:cr3t");
        }
        for text in ["", "van-7", "van-7:", ":s3cr3t", "van 7 s3cr3t", "van-7 s3cr3t\nmore", "é:x"]
        {
            assert_eq!(text.parse::<Credentials>().err(), Some(InvalidCredentials), "{text:?}");
        }
    }

    /// Whatever is printed ends up in a log or a terminal's history.
    #[test]
    fn no_token_is_printed() {
        let credentials: Credentials = "van-7:s3cr3t".parse().expect("it is good");
        assert!(!format!("{credentials:?}").contains("s3cr3t"));
    }
}
