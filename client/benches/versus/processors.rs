//! What a virtual machine's processors did.

use std::fs;
use std::io;

/// How the processors have spent their time since the machine was started, in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProcessorTime {
    all: u64,
    /// While there was something to do, but other virtual machines had the processors.
    stolen: u64,
}

impl ProcessorTime {
    /// Until now.
    pub(crate) fn now() -> io::Result<Self> {
        let stat = fs::read_to_string("/proc/stat")?;
        Self::read(&stat).ok_or_else(|| io::Error::other("cannot make sense of /proc/stat"))
    }

    /// Reads the first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq and steal
    /// (proc_stat(5)); what follows is counted in user and nice already.
    fn read(stat: &str) -> Option<Self> {
        let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
        let ticks: Vec<u64> = fields.take(8).map(str::parse).collect::<Result<_, _>>().ok()?;
        Some(Self { all: ticks.iter().sum(), stolen: *ticks.get(7)? })
    }

    /// The share that was stolen of the time that was spent since `earlier`, in percent.
    pub(crate) fn percent_stolen_since(self, earlier: Self) -> f64 {
        let all = self.all.saturating_sub(earlier.all).max(1);
        100.0 * self.stolen.saturating_sub(earlier.stolen) as f64 / all as f64
    }
}
