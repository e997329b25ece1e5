//! A line that shows how far a journal has been read.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

/// A shorter wait than this needs no explanation.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows how far the journal has been read: on a terminal, and only if it takes longer than a
/// second.
pub(super) struct ReplayProgress {
    start: Instant,
    shown: Option<u64>,
}

impl ReplayProgress {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), shown: None }
    }

    /// Returns a function that takes (bytes read, bytes in all) and calls `show`, which writes to
    /// standard error, after each further percent.
    pub(super) fn through(
        mut self,
        show: impl Fn(&[u8]) + Send + 'static,
    ) -> impl FnMut(u64, u64) + Send + 'static {
        let on_terminal = io::stderr().is_terminal();
        move |done, of| {
            if on_terminal
                && self.start.elapsed() > PATIENCE
                && let Some(line) = self.line(done, of)
            {
                show(line.as_bytes());
            }
        }
    }

    /// What to show, if it has changed.
    fn line(&mut self, done: u64, of: u64) -> Option<String> {
        let percent = 100 * done.min(of) / of.max(1);
        if self.shown.replace(percent) == Some(percent) {
            return None;
        }
        let end = if done >= of { "\n" } else { "" };
        Some(format!("\rreading the journal: {percent} % of {of} bytes{end}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_percent_is_shown_once_and_the_last_ends_the_line() {
        let mut progress = ReplayProgress::new();
        let shown: Vec<_> = [0, 1, 2, 200, 200].map(|done| progress.line(done, 200)).into();
        let line =
            |percent, end| Some(format!("\rreading the journal: {percent} % of 200 bytes{end}"));
        assert_eq!(shown, [line(0, ""), None, line(1, ""), line(100, "\n"), None]);
    }
}
