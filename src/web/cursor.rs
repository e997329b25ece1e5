//! A place in a change log that a reader can come back to.

use crate::protocol::LogId;
use std::fmt;

/// `LOGID-NUMBER`: everything up to a number of one log was shown. In another log, such as that of the
/// same server after a restart, the number means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) log: LogId,
    pub(super) number: u64,
}

impl Cursor {
    /// None if `text` has another form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (log, number) = text.split_once('-')?;
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.parse().ok().filter(|_| is_number)?;
        Some(Self { log: LogId::parse(log.as_bytes())?, number })
    }

    /// The number in this log to go on from: the beginning, if the cursor is of another log.
    pub(super) fn number_in(self, log: LogId) -> u64 {
        if self.log == log { self.number } else { 0 }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.log, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that resumes with a number of another log would miss changes.
    #[test]
    fn a_cursor_reads_back_and_counts_only_in_its_log() {
        let cursor = Cursor { log: LogId::new(0xab), number: 7 };
        assert_eq!(cursor.to_string(), "00000000000000ab-7");
        assert_eq!(Cursor::parse("00000000000000ab-7"), Some(cursor));
        assert_eq!(cursor.number_in(LogId::new(0xab)), 7);
        assert_eq!(cursor.number_in(LogId::new(0xac)), 0);
        for bad in ["", "7", "ab-7", "00000000000000ab-", "00000000000000ab-+7", "-"] {
            assert_eq!(Cursor::parse(bad), None, "{bad}");
        }
    }
}
