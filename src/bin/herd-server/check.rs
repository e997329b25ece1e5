//! `herd-server check DIR`: says whether a journal is whole.

use super::output;
use super::replay_progress::ReplayProgress;
use super::shell::quoted;
use herd::journal::{self, BAD_LINES_FILE, BadLine, Checked, JOURNAL_FILE, Report, Verdict};
use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;

/// Reads the journal in `folder` without changing it, and prints what is in it and what is wrong.
///
/// # Errors
/// When it cannot be read, a server could not start with it, or the answer cannot be written.
pub(super) fn check(folder: &Path) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut progress = ReplayProgress::new().through(|line| {
        // If nobody can read it, the journal is checked all the same.
        let _ = io::stderr().write_all(line);
    });
    let Some(checked) = journal::check(folder, &mut progress)? else {
        return Err(format!("there is no journal in {}", folder.display()).into());
    };
    let path = folder.join(JOURNAL_FILE).display().to_string();
    output::answer(summary(&path, &checked))?;
    problem(folder, &path, &checked.report).map_or(Ok(()), |problem| Err(problem.into()))
}

fn summary(path: &str, Checked { report, clients }: &Checked) -> String {
    let Report { lines, bytes, .. } = report;
    let owner = report.owner.as_ref().map_or("an unknown server", |owner| owner.as_str());
    let mut summary =
        format!("{path}: journal of {owner}\n{lines} lines, {clients} clients, {bytes} bytes\n");
    if let Verdict::Torn(start) = report.verdict() {
        summary += &format!(
            "the last line, at byte {start}, is not complete ({} bytes); a server is writing it, or \
             the next start cuts it off\n",
            bytes - start
        );
    }
    summary
}

/// Why a server could not start with the journal, and what to do about it.
fn problem(folder: &Path, path: &str, report: &Report) -> Option<String> {
    let what = match report.verdict() {
        Verdict::Whole | Verdict::Torn(_) => return None,
        Verdict::TooNew(version) => {
            return Some(format!(
                "{path}: the journal has version {version}, which this program is too old to read"
            ));
        }
        Verdict::Headless => "line 1, byte 0: this is not the first line of a journal".to_owned(),
        Verdict::Damaged(BadLine { line, byte }) => format!(
            "line {line}, byte {byte}: the line is damaged; bad lines in all: {}",
            report.bad_lines
        ),
    };
    let owner = report.owner.as_ref().map_or("NAME", |owner| owner.as_str());
    let command = ["herd-server", owner, "--data-dir", &folder.to_string_lossy(), "--repair"];
    let bad = folder.join(BAD_LINES_FILE);
    Some(format!(
        "{path}, {what}\nTo keep all good lines and move the others to {}, start the server with\n    \
         {}",
        bad.display(),
        quoted(command)
    ))
}
