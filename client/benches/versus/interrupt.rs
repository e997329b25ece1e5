//! Being told to end.

use crate::problem::{Outcome, Problem};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long nothing is looked at while something is awaited.
const PAUSE: Duration = Duration::from_millis(1);

/// Whether a signal has asked this process to end. It then ends by returning, so that everything it
/// started is ended by whoever holds it.
#[derive(Debug)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Notes from now on what would otherwise end this process at once.
    pub(crate) fn watch() -> io::Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            flag::register(signal, Arc::clone(&flag))?;
        }
        Ok(Self(flag))
    }

    /// Goes on, unless a signal has come.
    pub(crate) fn check(&self) -> Outcome<()> {
        if self.0.load(Ordering::Relaxed) { Err(Problem::Interrupted) } else { Ok(()) }
    }

    /// Looks again and again until there is something, for as long as `limit`.
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
        Err(format!("waited {} s in vain for {what}", limit.as_secs()).into())
    }
}
