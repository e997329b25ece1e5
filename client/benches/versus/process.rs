//! A process that the measurement started, and what it has cost so far.

use crate::problem::{Outcome, Problem};
use rustix::param::clock_ticks_per_second;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// How many of the last lines of a process that failed are shown.
const LINES_SHOWN: usize = 12;

/// A running process; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    name: String,
    output: PathBuf,
    messages: PathBuf,
}

impl Process {
    /// Starts a process. Its output goes into files in `folder` that are named after it.
    pub(crate) fn start(name: &str, command: &mut Command, folder: &Path) -> Outcome<Self> {
        let output = folder.join(format!("{name}.out"));
        let messages = folder.join(format!("{name}.err"));
        command.stdin(Stdio::null());
        command.stdout(File::create(&output)?).stderr(File::create(&messages)?);
        match command.spawn() {
            Ok(child) => Ok(Self { child, name: name.to_owned(), output, messages }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let program = command.get_program().to_string_lossy();
                Err(Problem::Absent(format!("{program} is not installed")))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// How the process ended, if it has.
    pub(crate) fn ended(&mut self) -> Outcome<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Fails if the process has ended, with the last lines of its output.
    pub(crate) fn require_running(&mut self) -> Outcome<()> {
        match self.ended()? {
            Some(status) => Err(self.complaint(status)),
            None => Ok(()),
        }
    }

    /// The error about a process that should not have ended like this.
    pub(crate) fn complaint(&self, status: ExitStatus) -> Problem {
        let read = |path| fs::read(path).unwrap_or_default();
        let said = [read(&self.output), read(&self.messages)].concat();
        let said = String::from_utf8_lossy(&said);
        let lines: Vec<_> = said.lines().collect();
        let last = lines[lines.len().saturating_sub(LINES_SHOWN)..].join("; ");
        format!("{} ended with {status}: {last}", self.name).into()
    }

    /// Everything it has written to its standard output.
    pub(crate) fn output(&self) -> Outcome<String> {
        Ok(fs::read_to_string(&self.output)?)
    }

    /// User and system time so far of the process, its threads and its children that have ended.
    /// The children are those that rewrite Redis' files.
    ///
    /// The kernel counts in nanoseconds and reports ticks, usually of 10 ms. That is precise enough
    /// when seconds are measured.
    pub(crate) fn cpu(&self) -> Outcome<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let ticks = cpu_ticks(&stat).ok_or_else(|| format!("cannot make sense of {stat:?}"))?;
        Ok(Duration::from_secs(ticks).div_f64(clock_ticks_per_second() as f64))
    }

    /// The memory that the process holds, in bytes.
    pub(crate) fn resident_bytes(&self) -> Outcome<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kibibytes = status.lines().find_map(|line| {
            let amount = line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?;
            amount.parse::<u64>().ok()
        });
        Ok(1024 * kibibytes.ok_or_else(|| format!("{} has no memory", self.name))?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only for a process that is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The sum of fields 14 to 17 of /proc/PID/stat: utime, stime, cutime and cstime (proc_pid_stat(5)).
/// The second field, the program's name in parentheses, may hold anything.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(") ")?;
    let fields: Vec<_> = after_name.split(' ').collect();
    fields.get(11..15)?.iter().map(|field| field.parse::<u64>().ok()).sum()
}
