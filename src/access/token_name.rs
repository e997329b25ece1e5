//! Names of tokens.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The longest name of a token, in bytes: as long as a DNS name, since a certificate for that name may
/// stand for the token.
pub const TOKEN_NAME_BYTES_MAX: usize = 253;

/// The public name of a token: 1 to 253 ASCII letters, digits, `-`, `_` and `.`, starting with a letter
/// or a digit. It is no secret: it may be in a log.
///
/// Cloning is cheap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenName(Arc<str>);

impl TokenName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TokenName {
    type Err = InvalidTokenName;

    fn from_str(text: &str) -> Result<Self, InvalidTokenName> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let good = text.len() <= TOKEN_NAME_BYTES_MAX
            && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
            && text.bytes().all(legal);
        if good { Ok(Self(text.into())) } else { Err(InvalidTokenName(text.to_owned())) }
    }
}

impl fmt::Debug for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenName({})", self.0)
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is not the name of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidTokenName(String);

impl fmt::Display for InvalidTokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "invalid token name {:?}: 1 to {TOKEN_NAME_BYTES_MAX} letters, digits, '-', '_' and \
             '.', beginning with a letter or a digit",
            self.0
        )
    }
}

impl std::error::Error for InvalidTokenName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_into_a_line_and_a_log() {
        for good in ["van-7", "a", "7", "van-7.fleet.example", &"x".repeat(253)] {
            assert_eq!(good.parse::<TokenName>().map(|name| name.to_string()).as_deref(), Ok(good));
        }
        for bad in ["", ".", "-x", "two words", "a:b", "Zürich", "a\n", &"x".repeat(254)] {
            assert_eq!(bad.parse::<TokenName>(), Err(InvalidTokenName(bad.to_owned())));
        }
    }
}
