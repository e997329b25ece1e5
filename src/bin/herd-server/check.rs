//! `herd-server check DIR`: is this journal whole?

use super::replay_progress::ReplayProgress;
use herd::journal::{self, FileDisk, JOURNAL_FILE, Report};
use std::error::Error;
use std::path::Path;

/// Reads the journal in `folder` without changing it, and tells what is in it and what is wrong.
///
/// # Errors
/// When it cannot be read, or is not whole.
pub(super) fn check(folder: &Path) -> Result<(), Box<dyn Error + Send + Sync>> {
    let path = folder.join(JOURNAL_FILE);
    if !path.exists() {
        return Err(format!("there is no journal in {}", folder.display()).into());
    }
    let disk = FileDisk::open(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut progress = ReplayProgress::new().on_standard_error();
    let found = journal::check(&disk, &mut progress)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let Some((report, clients)) = found else {
        return Err(format!("there is no journal in {}", folder.display()).into());
    };
    let Report { lines, bytes, .. } = report;
    let owner = report.owner.as_ref().map_or("nobody", |owner| owner.as_str());
    println!("{}: journal of {owner}", path.display());
    println!("{lines} lines, {clients} clients, {bytes} bytes");
    if let Some(start) = report.torn_at {
        let torn = bytes - start;
        println!("last line torn at byte {start}, {torn} bytes; it is cut off at the next start");
    }
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
