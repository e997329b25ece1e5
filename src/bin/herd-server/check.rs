//! `herd-server check DIR`: says whether a journal is whole.

use super::output;
use super::replay_progress::ReplayProgress;
use herd::journal::{self, FileDisk, JOURNAL_FILE, Report};
use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;

/// Reads the journal in `folder` without changing it, and prints what is in it and what is wrong.
///
/// # Errors
/// When it cannot be read, has damaged lines, or the answer cannot be written.
pub(super) fn check(folder: &Path) -> Result<(), Box<dyn Error + Send + Sync>> {
    let path = folder.join(JOURNAL_FILE);
    if !path.exists() {
        return Err(format!("there is no journal in {}", folder.display()).into());
    }
    let disk = FileDisk::open(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut progress = ReplayProgress::new().through(|line| {
        // If nobody can read it, the journal is checked all the same.
        let _ = io::stderr().write_all(line);
    });
    let found = journal::check(&disk, &mut progress)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let Some((report, clients)) = found else {
        return Err(format!("there is no journal in {}", folder.display()).into());
    };
    let Report { lines, bytes, .. } = report;
    let owner = report.owner.as_ref().map_or("nobody", |owner| owner.as_str());
    let mut answer = format!("{}: journal of {owner}\n", path.display());
    answer += &format!("{lines} lines, {clients} clients, {bytes} bytes\n");
    if let Some(start) = report.torn_at {
        let torn = bytes - start;
        answer += &format!(
            "last line torn at byte {start}, {torn} bytes; it is cut off at the next start\n"
        );
    }
    output::answer(answer)?;
    match report.first_bad {
        None => Ok(()),
        Some(bad) => Err(format!(
            "{}: bad lines: {}; the first one is line {} at byte {}; herd-server --repair sets \
             them aside",
            path.display(),
            report.bad_lines,
            bad.line,
            bad.byte
        )
        .into()),
    }
}
