//! When to try to write a journal anew, after that has failed.

/// How many looks at the journal pass before the second attempt. The server looks about once a
/// second.
const FIRST_PAUSE: u32 = 5;

/// How many looks at most pass between two attempts.
const LONGEST_PAUSE: u32 = 60;

/// Why a journal is written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// The file that is in use is no longer the one that has the journal's name, or has another
    /// size than it should.
    Restore,
    /// The file has damaged lines.
    Repair,
    /// The file is much larger than its live lines.
    Compact,
}

/// Spaces attempts out: each failure doubles the pause, up to a limit. A new need is met at once.
#[derive(Debug, Default)]
pub(super) struct Retry {
    failed: Option<Need>,
    pause: u32,
    left: u32,
}

impl Retry {
    /// Whether to try now. Called once for each look that finds the need.
    pub(super) fn is_due(&mut self, need: Need) -> bool {
        if self.failed != Some(need) {
            *self = Self::default();
        }
        self.left = self.left.saturating_sub(1);
        self.left == 0
    }

    /// Notes an attempt that failed. Returns how many looks pass before the next one.
    pub(super) fn note_failure(&mut self, need: Need) -> u32 {
        self.failed = Some(need);
        self.pause = (2 * self.pause).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        self.left = self.pause;
        self.pause
    }

    /// Notes an attempt that succeeded.
    pub(super) fn note_success(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The looks, counted from 1, at which an attempt is made that fails.
    fn attempts(retry: &mut Retry, looks: u32) -> Vec<u32> {
        let is_attempt = |_: &u32| {
            let due = retry.is_due(Need::Compact);
            if due {
                retry.note_failure(Need::Compact);
            }
            due
        };
        (1..=looks).filter(is_attempt).collect()
    }

    /// A full disk must not be written to once a second.
    #[test]
    fn pauses_double_up_to_a_minute() {
        assert_eq!(attempts(&mut Retry::default(), 200), [1, 6, 16, 36, 76, 136, 196]);
    }

    #[test]
    fn a_new_need_is_met_at_once_and_success_forgets_failures() {
        let mut retry = Retry::default();
        assert_eq!(attempts(&mut retry, 40), [1, 6, 16, 36]);
        assert!(retry.is_due(Need::Restore));
        retry.note_success();
        assert_eq!(attempts(&mut retry, 10), [1, 6]);
    }
}
