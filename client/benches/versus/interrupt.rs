//! Signals that ask this process to end.

use crate::problem::{Outcome, Problem};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The pause between two looks while something is awaited.
const PAUSE: Duration = Duration::from_millis(1);

/// Whether a signal has asked this process to end. It ends by returning from all functions, so that
/// the values that hold its processes are dropped and end them.
#[derive(Debug)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on, records the signals that would otherwise end this process at once.
    pub(crate) fn watch() -> io::Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            flag::register(signal, Arc::clone(&flag))?;
        }
        Ok(Self(flag))
    }

    /// Returns an error if a signal has come.
    pub(crate) fn check(&self) -> Outcome<()> {
        if self.0.load(Ordering::Relaxed) { Err(Problem::Interrupted) } else { Ok(()) }
    }

    /// Calls `look` repeatedly until it returns something, for at most `limit`.
    pub(crate) fn wait_for<T>(
        &self,
        what: &str,
        limit: Duration,
        mut look: impl FnMut() -> Outcome<Option<T>>,
    ) -> Outcome<T> {
        let start = Instant::now();
        while start.elapsed() < limit {
            self.check()?;
            if let Some(found) = look()? {
                return Ok(found);
            }
            thread::sleep(PAUSE);
        }
        Err(format!("waited {} s for {what}, without success", limit.as_secs()).into())
    }
}
