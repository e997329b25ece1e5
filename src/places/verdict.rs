//! The status of an answer.

use std::fmt::Write;
use std::sync::Arc;

/// The longest reason that a verdict keeps, in bytes. It goes into the notes of other replies; a
/// longer one is cut.
pub(super) const REASON_BYTES_MAX: usize = 1024;

/// What the status of an answer means. It is read once, where the answer is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The source answered well, even if it found nothing.
    Good,
    /// Another source may do better: this one is out of order, or does not serve us. Holds its
    /// status and error message.
    Failure(Arc<str>),
    /// The question is at fault, and no other source would like it better.
    Refusal,
}

impl Verdict {
    /// The verdict of a status and the words for it, if there are any.
    pub(super) fn new(status: &str, error_message: Option<&str>) -> Self {
        match status {
            "OK" | "ZERO_RESULTS" => Self::Good,
            "REQUEST_DENIED" | "OVER_QUERY_LIMIT" | "UNKNOWN_ERROR" => {
                let mut reason = status.to_owned();
                if let Some(message) = error_message {
                    let message = excerpt(message);
                    write!(reason, ", {message}").expect("a String takes all that is written");
                }
                Self::Failure(reason.into())
            }
            _ => Self::Refusal,
        }
    }
}

/// As much of `text` as [`REASON_BYTES_MAX`] allows.
pub(super) fn excerpt(text: &str) -> &str {
    &text[..text.floor_char_boundary(REASON_BYTES_MAX)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a chain would stop at a spent quota, or go on where there is nothing to be found.
    #[test]
    fn a_status_is_good_a_failure_or_neither() {
        let of = |status| Verdict::new(status, None);
        assert_eq!(["OK", "ZERO_RESULTS"].map(of), [Verdict::Good, Verdict::Good]);
        for status in ["REQUEST_DENIED", "OVER_QUERY_LIMIT", "UNKNOWN_ERROR"] {
            assert_eq!(of(status), Verdict::Failure(status.into()));
        }
        assert_eq!(["INVALID_REQUEST", "ok", ""].map(of), [const { Verdict::Refusal }; 3]);
        let denied = Verdict::new("REQUEST_DENIED", Some("no <key>"));
        assert_eq!(denied, Verdict::Failure("REQUEST_DENIED, no <key>".into()));
    }

    /// Without it a source that fails could put megabytes into the replies of the next one.
    #[test]
    fn a_long_reason_is_cut() {
        let long = "é".repeat(REASON_BYTES_MAX);
        let kept = format!("UNKNOWN_ERROR, {}", "é".repeat(REASON_BYTES_MAX / 2));
        assert_eq!(Verdict::new("UNKNOWN_ERROR", Some(&long)), Verdict::Failure(kept.into()));
    }
}
