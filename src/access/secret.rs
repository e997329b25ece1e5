//! A text that nobody may see.

use super::hex::write_hex;
use std::fmt;

/// How many random bytes a token is made of: 128 bits, which nobody guesses.
pub const TOKEN_RANDOM_BYTES: usize = 16;

/// A token, or another text that must not get into a log, a reply or an error. It is neither printed
/// nor compared; whoever needs the text says so.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A secret text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A token of these random bytes, which must come from the system's source of secrets.
    pub fn of_random(bytes: [u8; TOKEN_RANDOM_BYTES]) -> Self {
        let mut text = String::with_capacity(2 * TOKEN_RANDOM_BYTES);
        write_hex(&bytes, &mut text);
        Self(text)
    }

    /// The text itself, for the only two who may have it: its owner, and the server that it is shown
    /// to.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value that is printed while something is looked into ends up in a log.
    #[test]
    fn it_is_not_printed() {
        let secret = Secret::new("s3cr3t");
        assert_eq!(
            format!("{secret:?} {:#?}", Some(&secret)),
            "Secret(..) Some(\n    Secret(..),\n)"
        );
    }

    #[test]
    fn random_bytes_are_written_as_hexadecimal_digits() {
        let token = Secret::of_random([0x0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xff]);
        assert_eq!(token.reveal(), "0f0102030405060708090a0b0c0d0eff");
    }
}
