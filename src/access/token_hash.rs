//! What a server knows of a token.

use super::hex::{read_hex, write_hex};
use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use std::fmt;
use subtle::ConstantTimeEq;

/// The SHA-256 of a token. A token is random and has 128 bits, so its hash need not be slow: nobody
/// finds the token by trying.
#[derive(Clone, Copy)]
pub struct TokenHash([u8; SHA256_OUTPUT_LEN]);

impl TokenHash {
    /// The hash of a token.
    pub fn of(token: &[u8]) -> Self {
        let mut hash = [0; SHA256_OUTPUT_LEN];
        hash.copy_from_slice(digest(&SHA256, token).as_ref());
        Self(hash)
    }

    /// Reads 64 hexadecimal digits; None for anything else.
    pub fn from_hex(text: &str) -> Option<Self> {
        read_hex(text).map(Self)
    }

    /// The hash of no token that anybody knows, to compare with where there is none.
    pub(super) const NOBODYS: Self = Self([0; SHA256_OUTPUT_LEN]);
}

/// Takes the same time wherever the two differ.
impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for TokenHash {}

/// 64 hexadecimal digits, as in an access.toml.
impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f);
        Ok(())
    }
}

/// Left out: who knows the hashes of a herd need not see them in a log.
impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value is from NIST's examples for SHA-256, "One Block Message Sample", input "abc".
    #[test]
    fn it_is_sha_256() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(TokenHash::of(b"abc").to_string(), expected);
        assert_eq!(TokenHash::from_hex(&expected.to_uppercase()), Some(TokenHash::of(b"abc")));
        assert_ne!(TokenHash::of(b"abd"), TokenHash::of(b"abc"));
        assert_eq!(format!("{:?}", TokenHash::of(b"abc")), "TokenHash(..)");
    }
}
