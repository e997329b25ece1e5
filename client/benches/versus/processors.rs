//! What the processors of this machine spent their time on.

use std::fs;
use std::io;

/// How the processors have spent their time since the machine was started, in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProcessorTime {
    all: u64,
    /// Time in which there was work to do, but other virtual machines had the processors.
    stolen: u64,
}

impl ProcessorTime {
    /// Their time until now.
    pub(crate) fn now() -> io::Result<Self> {
        let stat = fs::read_to_string("/proc/stat")?;
        Self::read(&stat).ok_or_else(|| io::Error::other("cannot make sense of /proc/stat"))
    }

    /// Reads the first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq and steal
    /// (proc_stat(5)). The numbers after these are already included in user and nice.
    fn read(stat: &str) -> Option<Self> {
        let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
        let ticks: Vec<u64> = fields.take(8).map(str::parse).collect::<Result<_, _>>().ok()?;
        Some(Self { all: ticks.iter().sum(), stolen: *ticks.get(7)? })
    }

    /// The share of the time since `earlier` that other virtual machines took, in percent.
    pub(crate) fn percent_stolen_since(self, earlier: Self) -> f64 {
        let all = self.all.saturating_sub(earlier.all).max(1);
        100.0 * self.stolen.saturating_sub(earlier.stolen) as f64 / all as f64
    }
}
