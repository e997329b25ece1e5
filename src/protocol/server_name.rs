//! Names of servers.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The longest name of a server, in bytes.
pub const SERVER_NAME_BYTES_MAX: usize = 64;

/// The name of a configured server: 1 to 64 ASCII letters, digits, `-`, `_` and `.`, starting with
/// a letter or a digit, so that it is safe in a line, a file name and a log.
///
/// Cloning is cheap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerName(Arc<str>);

impl ServerName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl FromStr for ServerName {
    type Err = InvalidServerName;

    fn from_str(text: &str) -> Result<Self, InvalidServerName> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let good = text.len() <= SERVER_NAME_BYTES_MAX
            && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
            && text.bytes().all(legal);
        if good { Ok(Self(text.into())) } else { Err(InvalidServerName(text.to_owned())) }
    }
}

impl fmt::Debug for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerName({})", self.0)
    }
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is not a valid server name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidServerName(String);

impl fmt::Display for InvalidServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "invalid server name {:?}: 1 to {SERVER_NAME_BYTES_MAX} letters, digits, '-', '_' and \
             '.', beginning with a letter or a digit",
            self.0
        )
    }
}

impl std::error::Error for InvalidServerName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_into_a_line_and_a_path() {
        for good in ["Alford", "a", "7", "eu-west_1.example", &"x".repeat(64)] {
            assert_eq!(
                good.parse::<ServerName>().map(|name| name.to_string()).as_deref(),
                Ok(good)
            );
        }
        for bad in ["", ".", "..", "-x", "two words", "a/b", "Zürich", "a\n", &"x".repeat(65)] {
            assert_eq!(bad.parse::<ServerName>(), Err(InvalidServerName(bad.to_owned())));
        }
    }
}
