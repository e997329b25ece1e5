//! The key by which a places service recognizes its customers.

use memchr::memchr3;
use std::fmt;
use std::str::FromStr;
use url::form_urlencoded;

/// The longest key, in bytes; Google's have 39.
pub const API_KEY_BYTES_MAX: usize = 256;

/// The shortest key that is looked for in replies, in bytes. A shorter one is a placeholder: it is
/// no secret, and it would be found inside words.
pub const REDACTED_KEY_BYTES_MIN: usize = 6;

/// What stands in a reply in place of the key.
const REDACTION: &[u8] = b"REDACTED";

/// A secret: printable ASCII without spaces. Neither `Debug` nor an error shows it.
///
/// ```
/// use herd::places::ApiKey;
///
/// let key: ApiKey = " AIzaSecret\n".parse()?;
/// assert_eq!(format!("{key:?}"), "ApiKey(REDACTED)");
/// # Ok::<(), herd::places::InvalidApiKey>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// The key, escaped for a URL's query.
    pub(super) fn in_query(&self) -> String {
        form_urlencoded::byte_serialize(self.0.as_bytes()).collect()
    }

    /// The key, for a header.
    pub(super) fn in_header(&self) -> &str {
        &self.0
    }

    /// A service's text with every occurrence of the key, escaped or not, replaced by `REDACTED`.
    pub(super) fn redact(&self, text: Vec<u8>) -> Vec<u8> {
        if self.0.len() < REDACTED_KEY_BYTES_MIN {
            return text;
        }
        let first = self.0.as_bytes()[0];
        let mut redacted = Vec::with_capacity(text.len());
        let mut rest = &text[..];
        while let Some(candidate) = memchr3(first, b'%', b'\\', rest) {
            redacted.extend_from_slice(&rest[..candidate]);
            rest = &rest[candidate..];
            let (written, read) = match self.length_at(rest) {
                Some(length) => (REDACTION, length),
                None => (&rest[..1], 1),
            };
            redacted.extend_from_slice(written);
            rest = &rest[read..];
        }
        redacted.extend_from_slice(rest);
        redacted
    }

    /// How many bytes the key takes at the start of `text`; None if it is not there.
    fn length_at(&self, text: &[u8]) -> Option<usize> {
        let key = self.0.as_bytes();
        if text.starts_with(key) {
            return Some(key.len());
        }
        let mut length = 0;
        for &byte in key {
            length += spelling(&text[length..], byte)?;
        }
        Some(length)
    }
}

/// How many bytes `byte` takes at the start of `text`: as it is, or escaped as a URL or JSON does.
fn spelling(text: &[u8], byte: u8) -> Option<usize> {
    let is_hex = |digits: [u8; 2]| {
        std::str::from_utf8(&digits).is_ok_and(|hex| u8::from_str_radix(hex, 16) == Ok(byte))
    };
    match *text {
        [b'%', high, low, ..] if is_hex([high, low]) => Some(3),
        [b'\\', b'u', b'0', b'0', high, low, ..] if is_hex([high, low]) => Some(6),
        [b'\\', escaped, ..] if escaped == byte => Some(2),
        [first, ..] if first == byte => Some(1),
        _ => None,
    }
}

impl FromStr for ApiKey {
    type Err = InvalidApiKey;

    /// Reads a key; white space around it, such as a file's last LF, is no part of it.
    fn from_str(text: &str) -> Result<Self, InvalidApiKey> {
        let key = text.trim_ascii();
        if key.is_empty() {
            return Err(InvalidApiKey::Empty);
        }
        if key.len() > API_KEY_BYTES_MAX {
            return Err(InvalidApiKey::TooLong);
        }
        match key.bytes().position(|byte| !byte.is_ascii_graphic()) {
            Some(place) => Err(InvalidApiKey::NotPrintable(place + 1)),
            None => Ok(Self(key.to_owned())),
        }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(REDACTED)")
    }
}

/// A text that cannot be a key. The error shows nothing of the text, because it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidApiKey {
    /// There is nothing but white space.
    Empty,
    /// It is longer than [`API_KEY_BYTES_MAX`].
    TooLong,
    /// The byte at this place, counted from 1, is a space or not printable ASCII.
    NotPrintable(usize),
}

impl fmt::Display for InvalidApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("invalid API key: it is empty"),
            Self::TooLong => {
                write!(f, "invalid API key: it is longer than {API_KEY_BYTES_MAX} bytes")
            }
            Self::NotPrintable(place) => {
                write!(f, "invalid API key: byte {place} is not printable ASCII")
            }
        }
    }
}

impl std::error::Error for InvalidApiKey {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(text: &str) -> ApiKey {
        text.parse().expect("the test's key is good")
    }

    fn redacted(key_text: &str, text: &str) -> String {
        let redacted = key(key_text).redact(text.as_bytes().to_vec());
        String::from_utf8(redacted).expect("the key is ASCII")
    }

    /// Without it a mistyped key file would be found out only by the service's refusals.
    #[test]
    fn a_key_is_printable_ascii() {
        assert_eq!(key("\t AIza-_Secret \r\n"), ApiKey("AIza-_Secret".to_owned()));
        let error = |text: &str| text.parse::<ApiKey>().expect_err("no key").to_string();
        assert_eq!(error(" \n"), "invalid API key: it is empty");
        assert_eq!(error("two words"), "invalid API key: byte 4 is not printable ASCII");
        assert_eq!(error("clé"), "invalid API key: byte 3 is not printable ASCII");
        assert_eq!(error(&"x".repeat(257)), "invalid API key: it is longer than 256 bytes");
        assert_eq!(key(&"x".repeat(256)).in_query().len(), 256);
    }

    /// Without it a key could end the query, or add to it.
    #[test]
    fn a_key_is_escaped_in_a_query() {
        assert_eq!(key("AIza-_Secret").in_query(), "AIza-_Secret");
        assert_eq!(key("a&b=c#d%e+f/").in_query(), "a%26b%3Dc%23d%25e%2Bf%2F");
    }

    /// Without it a service that repeats the request would tell the key to every client.
    #[test]
    fn a_key_in_a_reply_is_redacted_however_it_is_written() {
        assert_eq!(
            redacted("SECRET", "key=SECRET&x SECRE SECRETSECRET"),
            "key=REDACTED&x SECRE REDACTEDREDACTED"
        );
        assert_eq!(
            redacted("SECRET", r"%53%45CRET \u0053ECRET SECR\u0045\T"),
            "REDACTED REDACTED REDACTED"
        );
        assert_eq!(
            redacted("a/b&c=<\\\"", r#"a\/b\u0026c\u003d\u003C\\\" a%2fb%26c%3D%3c%5C%22"#),
            "REDACTED REDACTED"
        );
        assert_eq!(redacted("%25%25", "%25%25 %2525%2525"), "REDACTED REDACTED");
        assert_eq!(
            redacted("SECRET", r"SSECRET %SECRET \SECRET 100% \"),
            r"SREDACTED %REDACTED REDACTED 100% \"
        );
    }

    /// Without it a placeholder for a key would break the words of every reply.
    #[test]
    fn a_placeholder_is_not_looked_for() {
        assert_eq!(redacted("test", r#"{"status" : "latest"}"#), r#"{"status" : "latest"}"#);
    }

    proptest! {
        /// Without it some key or text could end the server, or let the key through.
        #[test]
        fn no_key_is_left(key_text in "[!-~]{6,12}", before in ".{0,9}", after in ".{0,9}") {
            let redacted = redacted(&key_text, &format!("{before}{key_text}{after}"));
            prop_assert!(!redacted.contains(&key_text));
        }
    }
}
