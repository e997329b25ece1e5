//! The status of an answer.

use serde::Deserialize;
use std::fmt;

/// The status of an answer, and the words for it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Verdict {
    status: String,
    #[serde(default)]
    error_message: Option<String>,
}

impl Verdict {
    /// Reads it from a Nearby Search reply, which has one status.
    pub(super) fn read(json: &[u8]) -> Self {
        serde_json::from_slice(json).unwrap_or_else(|_| Self {
            // The error message is no text.
            status: "UNKNOWN_ERROR".to_owned(),
            error_message: None,
        })
    }

    /// Whether the source answered well, even if it found nothing.
    pub(super) fn is_good(&self) -> bool {
        matches!(self.status.as_str(), "OK" | "ZERO_RESULTS")
    }

    /// Whether another source may do better: this one is out of order, or does not serve us.
    pub(super) fn is_failure(&self) -> bool {
        matches!(self.status.as_str(), "REQUEST_DENIED" | "OVER_QUERY_LIMIT" | "UNKNOWN_ERROR")
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error_message {
            Some(message) => write!(f, "{}, {message}", self.status),
            None => f.write_str(&self.status),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a chain would stop at a spent quota, or go on where there is nothing to be found.
    #[test]
    fn a_status_is_good_a_failure_or_neither() {
        let read = |json: &str| Verdict::read(json.as_bytes());
        let of = |status: &str| {
            let verdict = read(&format!(r#"{{"results":[],"status":"{status}"}}"#));
            (verdict.is_good(), verdict.is_failure())
        };
        assert_eq!(["OK", "ZERO_RESULTS"].map(of), [(true, false); 2]);
        let failures = ["REQUEST_DENIED", "OVER_QUERY_LIMIT", "UNKNOWN_ERROR"];
        assert_eq!(failures.map(of), [(false, true); 3]);
        assert_eq!(of("INVALID_REQUEST"), (false, false));
        let denied = read(r#"{"error_message":"no <key>","status":"REQUEST_DENIED"}"#);
        assert_eq!(denied.to_string(), "REQUEST_DENIED, no <key>");
        assert_eq!(read(r#"{"status":"OK"}"#).to_string(), "OK");
        assert_eq!(read(r#"{"error_message":1,"status":"OK"}"#).to_string(), "UNKNOWN_ERROR");
    }
}
