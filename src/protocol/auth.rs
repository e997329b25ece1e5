//! `AUTH`: who a client is.

use super::fields::fields;
use std::fmt;

/// The command's name.
const COMMAND: &[u8] = b"AUTH";

/// The reply to an AUTH that is not accepted, with its LF. The line is never sent back.
pub const AUTH_REFUSED: &[u8] = b"? AUTH\n";

/// `AUTH <name> <token>`: a client says which token it holds, and shows it.
///
/// ```
/// use herd::protocol::Auth;
///
/// let auth = Auth::parse(b"AUTH van-7 0123").expect("it has two fields");
/// assert_eq!(auth.name(), b"van-7");
/// assert!(Auth::parse(b"AUTH van-7").is_none());
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Auth<'a> {
    name: &'a [u8],
    token: &'a [u8],
}

impl<'a> Auth<'a> {
    /// Reads one line without its LF; None if it is no well-formed AUTH. There is no error that says
    /// more, because an error could hold the token.
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        let mut fields = fields(line);
        let is_auth = fields.next() == Some(COMMAND);
        let (name, token) = (fields.next()?, fields.next()?);
        (is_auth && fields.next().is_none()).then_some(Self { name, token })
    }

    /// The same from its parts, which came another way than as a line.
    pub fn new(name: &'a [u8], token: &'a [u8]) -> Self {
        Self { name, token }
    }

    /// Whether a line is meant as AUTH, well-formed or not: its first word is AUTH in any letter case.
    /// Such a line may hold a token wherever it has anything.
    pub fn is_meant_by(line: &[u8]) -> bool {
        fields(line).next().is_some_and(|first| first.eq_ignore_ascii_case(COMMAND))
    }

    /// The name of the token, which is no secret.
    pub fn name(&self) -> &'a [u8] {
        self.name
    }

    /// The token itself.
    pub fn token(&self) -> &'a [u8] {
        self.token
    }
}

/// The token is left out.
impl fmt::Debug for Auth<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = String::from_utf8_lossy(self.name);
        f.debug_struct("Auth").field("name", &name).finish_non_exhaustive()
    }
}

/// Appends the reply to an AUTH that is accepted: `OK `, the token's name, LF.
pub fn write_authenticated(name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"OK ");
    out.extend_from_slice(name.as_bytes());
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn auth_has_a_name_and_a_token() {
        for line in ["AUTH van-7 secret", " AUTH\tvan-7  secret \r", "AUTH van-7 secret\x0b"] {
            let expected = Auth { name: b"van-7", token: b"secret" };
            assert_eq!(Auth::parse(line.as_bytes()), Some(expected), "{line:?}");
        }
        for line in ["", "AUTH", "AUTH van-7", "AUTH van-7 a b", "auth van-7 a", "xAUTH van-7 a"] {
            assert_eq!(Auth::parse(line.as_bytes()), None, "{line:?}");
        }
    }

    /// Whoever writes it slightly wrong has sent a token all the same.
    #[test]
    fn a_line_that_begins_with_the_word_is_meant_as_auth() {
        for line in ["AUTH", "auth van-7 a", "  Auth\tx", "aUtH a b c d\r"] {
            assert!(Auth::is_meant_by(line.as_bytes()), "{line:?}");
        }
        for line in ["", "AUTHOR x", "IAMAT auth +1+1 1", "? AUTH"] {
            assert!(!Auth::is_meant_by(line.as_bytes()), "{line:?}");
        }
    }

    #[test]
    fn what_is_printed_for_a_developer_holds_no_token() {
        let auth = Auth::parse(b"AUTH van-7 secret");
        assert_eq!(format!("{auth:?}"), "Some(Auth { name: \"van-7\", .. })");
    }

    proptest! {
        #[test]
        fn no_line_panics_and_what_is_well_formed_is_meant(
            line in "([Aa][Uu][Tt][Hh])?[ \t\rA-Z0-9\\PC]{0,60}",
        ) {
            let line = line.as_bytes();
            prop_assert!(Auth::parse(line).is_none() || Auth::is_meant_by(line));
        }
    }
}
