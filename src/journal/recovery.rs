//! Reading a journal back before the server answers anybody.

use super::disk::{Disk, DiskFile};
use super::error::JournalError;
use super::reading::{Progress, read_journal};
use super::report::{Report, Verdict};
use super::rewrite::{InUse, JOURNAL_FILE, Rewrite, sync_name};
use super::set_aside::set_aside;
use crate::node::Node;
use crate::protocol::ServerName;
use std::ops::Range;

/// What to do with a journal whose first line or whose middle is damaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDamage {
    /// Do not start, so that somebody looks at it.
    #[default]
    Refuse,
    /// Keep every good line, and set the bad ones aside in
    /// [`BAD_LINES_FILE`](super::BAD_LINES_FILE).
    SetAside,
}

/// A journal that was read back and can be continued.
#[derive(Debug)]
pub struct Recovery {
    /// What was found.
    pub report: Report,
    pub(super) journal: InUse,
    /// What must still be set aside before the file is written anew; None when the file is good.
    pub(super) unrepaired: Option<Vec<Range<u64>>>,
}

/// Reads the journal of `server` back into `node`, or begins one. A torn last line is cut off.
///
/// A repair that fails, because the disk is full for example, does not keep the server from
/// starting: every good line is in memory and in the file, which goes on as it is. The journal tries
/// the repair again while the server runs.
///
/// # Errors
/// When the disk fails, the journal belongs to another server or is too new, or it is damaged and
/// `on_damage` says to refuse that.
pub async fn recover(
    disk: &dyn Disk,
    server: &ServerName,
    on_damage: OnDamage,
    node: &mut Node,
    progress: Progress<'_>,
) -> Result<Recovery, JournalError> {
    let opened = disk.open(JOURNAL_FILE);
    let Some(file) = opened.map_err(JournalError::disk(disk, "open the journal", JOURNAL_FILE))?
    else {
        return begin(disk, server, node).await;
    };
    let report = read(disk, &*file, node, progress)?;
    let path = || disk.path(JOURNAL_FILE);
    let verdict = report.verdict();
    if let Verdict::TooNew(version) = verdict {
        return Err(JournalError::TooNew { path: path(), version });
    }
    if let Some(owner) = report.owner.clone().filter(|owner| owner != server) {
        return Err(JournalError::OtherServer { path: path(), owner });
    }
    match (verdict, on_damage) {
        (Verdict::Headless, OnDamage::Refuse) => Err(JournalError::Headless { path: path() }),
        (Verdict::Damaged(first), OnDamage::Refuse) => {
            Err(JournalError::Damaged { path: path(), first })
        }
        (Verdict::Headless | Verdict::Damaged(_), OnDamage::SetAside) => {
            repair(disk, server, file, report, node).await
        }
        (Verdict::Whole | Verdict::Torn(_) | Verdict::TooNew(_), _) => {
            let journal = keep(disk, file, &report, node).await?;
            Ok(Recovery { report, journal, unrepaired: None })
        }
    }
}

/// Begins the first journal.
async fn begin(
    disk: &dyn Disk,
    server: &ServerName,
    node: &Node,
) -> Result<Recovery, JournalError> {
    let report = Report { owner: Some(server.clone()), has_header: true, ..Report::default() };
    let journal = write_anew(disk, server, node).await?;
    sync_name(disk).await?;
    Ok(Recovery { report, journal, unrepaired: None })
}

fn read(
    disk: &dyn Disk,
    file: &dyn DiskFile,
    node: &mut Node,
    progress: Progress<'_>,
) -> Result<Report, JournalError> {
    let failed = |error| JournalError::disk(disk, "read the journal", JOURNAL_FILE)(error);
    let size = file.size().map_err(failed)?;
    let read_at = |offset, buffer: &mut [u8]| file.read_at(offset, buffer);
    let report = read_journal(read_at, size, progress, |at| {
        // The node counts what it refuses.
        let _ = node.restore(at);
    });
    report.map_err(failed)
}

/// Sets damaged lines aside and writes all others anew, or goes on with the file as it is.
async fn repair(
    disk: &dyn Disk,
    server: &ServerName,
    file: Box<dyn DiskFile>,
    report: Report,
    node: &Node,
) -> Result<Recovery, JournalError> {
    let mut left = report.to_set_aside();
    let written = match set_aside(disk, &*file, &left).await {
        Ok(()) => {
            left.clear();
            write_anew(disk, server, node).await
        }
        Err(error) => Err(error),
    };
    let path = disk.path(JOURNAL_FILE);
    let (lines, kept) = (report.bad_lines, report.lines);
    match written {
        Ok(journal) => {
            sync_name(disk).await?;
            log::warn!(server:%, path:%, lines, kept; "repaired the journal: set damaged lines aside");
            Ok(Recovery { report, journal, unrepaired: None })
        }
        Err(error) => {
            log::error!(server:%, path:%, error:%; "cannot repair the journal yet; the server continues with it");
            let journal = keep(disk, file, &report, node).await?;
            Ok(Recovery { report, journal, unrepaired: Some(left) })
        }
    }
}

/// Goes on with the file, without its torn last line.
///
/// What was read back will be told again, and the process that wrote it may have been killed before
/// its fsync. So all of it is synchronized first.
async fn keep(
    disk: &dyn Disk,
    file: Box<dyn DiskFile>,
    report: &Report,
    node: &Node,
) -> Result<InUse, JournalError> {
    let size = cut_torn_line(disk, &*file, report)?;
    let failed = JournalError::disk(disk, "synchronize the journal", JOURNAL_FILE);
    file.sync().await.map_err(failed)?;
    sync_name(disk).await?;
    Ok(InUse { file: file.into(), size, number: node.log().last_number() })
}

/// Removes a torn last line, and returns the size without it.
fn cut_torn_line(
    disk: &dyn Disk,
    file: &dyn DiskFile,
    report: &Report,
) -> Result<u64, JournalError> {
    let Some(size) = report.torn_at else { return Ok(report.bytes) };
    let (path, bytes) = (disk.path(JOURNAL_FILE), report.bytes - size);
    log::warn!(path:%, bytes, byte = size; "cut a torn last line off the journal");
    let failed = JournalError::disk(disk, "cut a torn line off the journal", JOURNAL_FILE);
    file.truncate(size).map_err(failed)?;
    Ok(size)
}

/// Writes all that `node` knows to a journal that takes the place of the old one, if there is one.
async fn write_anew(
    disk: &dyn Disk,
    server: &ServerName,
    node: &Node,
) -> Result<InUse, JournalError> {
    let written = async {
        let mut rewrite = Rewrite::begin(disk, server)?;
        rewrite.write_rest(node.log())?;
        rewrite.sync().await?;
        rewrite.take_place()?;
        Ok(rewrite.into_journal())
    };
    written.await.inspect_err(|_| Rewrite::give_up(disk))
}
