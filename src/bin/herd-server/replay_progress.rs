//! A line that tells how far a journal has been read.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Nobody minds a shorter wait than this.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows how far the journal has been read, on a terminal and only when it takes longer.
pub(super) struct ReplayProgress {
    start: Instant,
    shown: Option<u64>,
}

impl ReplayProgress {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), shown: None }
    }

    /// Tells standard error whenever another percent is done.
    pub(super) fn on_standard_error(mut self) -> impl FnMut(u64, u64) + Send + 'static {
        let on_terminal = io::stderr().is_terminal();
        move |done, of| {
            if on_terminal && self.start.elapsed() > PATIENCE {
                // Nobody may be there to read.
                let _ = self.show(done, of);
            }
        }
    }

    fn show(&mut self, done: u64, of: u64) -> io::Result<()> {
        let percent = 100 * done.min(of) / of.max(1);
        if self.shown == Some(percent) {
            return Ok(());
        }
        self.shown = Some(percent);
        let end = if done >= of { "\n" } else { "" };
        write!(io::stderr(), "\rreading the journal: {percent} % of {of} bytes{end}")
    }
}
