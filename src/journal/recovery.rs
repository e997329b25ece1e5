//! Reading a journal back before the server answers anybody.

use super::disk::{Disk, DiskFile};
use super::error::JournalError;
use super::replay::{Replay, Report};
use super::rewrite::{BATCH_BYTES, JOURNAL_FILE, Rewrite, Rewritten};
use crate::node::{Node, Origin};
use crate::protocol::{At, ServerName};
use std::collections::HashSet;
use std::ops::Range;

/// Where bad lines are set aside.
pub const BAD_LINES_FILE: &str = "journal.bad";

/// What to do with damage in the middle of a journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDamage {
    /// Do not start, so that somebody looks at it.
    #[default]
    Refuse,
    /// Keep every good line, and set the bad ones aside in [`BAD_LINES_FILE`].
    SetAside,
}

/// A journal that was read back and can be continued.
#[derive(Debug)]
pub struct Recovery {
    /// What was found.
    pub report: Report,
    pub(super) journal: Rewritten,
}

/// Called with (bytes read, bytes in all).
pub type Progress<'p> = &'p mut (dyn FnMut(u64, u64) + Send);

/// Reads the journal of `server` back into `node`, or begins one. A torn last line is cut off.
///
/// # Errors
/// When the disk fails, the journal is no journal of this server, or it is damaged in the middle
/// and `on_damage` says to refuse that.
pub async fn recover(
    disk: &dyn Disk,
    server: &ServerName,
    on_damage: OnDamage,
    node: &mut Node,
    progress: Progress<'_>,
) -> Result<Recovery, JournalError> {
    let Some(file) = disk.open(JOURNAL_FILE).map_err(JournalError::disk("open the journal"))?
    else {
        let report = Report { owner: Some(server.clone()), ..Report::default() };
        return Ok(Recovery { report, journal: write_anew(disk, server, node).await? });
    };
    let report = read(&*file, progress, |at| {
        // The node counts what it refuses.
        let _ = node.take_in(at, Origin::Here);
    })?;
    match (&report.owner, report.first_bad) {
        (Some(owner), _) if owner != server => {
            return Err(JournalError::OtherServer { owner: owner.clone() });
        }
        (None, _) if report.bytes > 0 => return Err(JournalError::NoJournal),
        (_, Some(bad)) if on_damage == OnDamage::Refuse => return Err(JournalError::Damaged(bad)),
        (Some(_), None) => {
            let size = cut_torn_line(&*file, &report)?;
            make_safe(disk, &*file).await?;
            let number = node.log().last_number();
            return Ok(Recovery { report, journal: Rewritten { file: file.into(), size, number } });
        }
        _ => {}
    }
    set_aside(disk, &*file, &report.bad).await?;
    log::warn!(server:%, lines = report.bad_lines; "set bad lines of the journal aside");
    Ok(Recovery { report, journal: write_anew(disk, server, node).await? })
}

/// Reads a journal without changing anything, and counts the clients in it; None when there is no
/// journal.
///
/// # Errors
/// When the disk fails, or the file is no journal. Damage is in the report.
pub fn check(
    disk: &dyn Disk,
    progress: Progress<'_>,
) -> Result<Option<(Report, usize)>, JournalError> {
    let file = disk.open(JOURNAL_FILE).map_err(JournalError::disk("open the journal"))?;
    let Some(file) = file else { return Ok(None) };
    let mut clients = HashSet::new();
    let report = read(&*file, progress, |at| {
        if !clients.contains(at.client().as_bytes()) {
            clients.insert(at.client().as_bytes().to_owned());
        }
    })?;
    Ok(Some((report, clients.len())))
}

fn read(
    file: &dyn DiskFile,
    progress: Progress<'_>,
    mut each: impl FnMut(&At<'_>),
) -> Result<Report, JournalError> {
    let size = file.size().map_err(JournalError::disk("read the journal"))?;
    let mut replay = Replay::default();
    each_chunk(file, 0..u64::MAX, |chunk, end| {
        replay.take_in(chunk, &mut each)?;
        progress(end, size);
        Ok(())
    })?;
    Ok(replay.finish())
}

/// Shows the bytes of a range in chunks, and where each chunk ends.
fn each_chunk(
    file: &dyn DiskFile,
    range: Range<u64>,
    mut each: impl FnMut(&[u8], u64) -> Result<(), JournalError>,
) -> Result<(), JournalError> {
    let mut buffer = vec![0; BATCH_BYTES];
    let mut offset = range.start;
    while offset < range.end {
        let wanted = buffer.len().min(usize::try_from(range.end - offset).unwrap_or(usize::MAX));
        let count = file
            .read_at(offset, &mut buffer[..wanted])
            .map_err(JournalError::disk("read the journal"))?;
        if count == 0 {
            break;
        }
        offset += count as u64;
        each(&buffer[..count], offset)?;
    }
    Ok(())
}

/// Synchronizes what was read back. It will be told again, and the process that wrote it may have been
/// killed before its fsync.
async fn make_safe(disk: &dyn Disk, file: &dyn DiskFile) -> Result<(), JournalError> {
    file.sync().await.map_err(JournalError::disk("synchronize the journal"))?;
    disk.sync_names().await.map_err(JournalError::disk("synchronize the journal's folder"))
}

/// Removes a torn last line, and returns the size without it.
fn cut_torn_line(file: &dyn DiskFile, report: &Report) -> Result<u64, JournalError> {
    let Some(size) = report.torn_at else { return Ok(report.bytes) };
    log::warn!(bytes = report.bytes - size, byte = size; "cut a torn last line off the journal");
    file.truncate(size).map_err(JournalError::disk("cut a torn line off the journal"))?;
    Ok(size)
}

async fn set_aside(
    disk: &dyn Disk,
    file: &dyn DiskFile,
    ranges: &[Range<u64>],
) -> Result<(), JournalError> {
    let failed = || JournalError::disk("set bad lines aside");
    let bad = match disk.open(BAD_LINES_FILE).map_err(failed())? {
        Some(bad) => bad,
        None => disk.create(BAD_LINES_FILE).map_err(failed())?,
    };
    for range in ranges {
        each_chunk(file, range.clone(), |chunk, _| bad.append(chunk).map_err(failed()))?;
    }
    bad.sync().await.map_err(failed())?;
    disk.sync_names().await.map_err(failed())
}

/// A journal of all that `node` knows, in the place of the old one if there is one.
async fn write_anew(
    disk: &dyn Disk,
    server: &ServerName,
    node: &Node,
) -> Result<Rewritten, JournalError> {
    let mut rewrite = Rewrite::begin(disk, server)?;
    rewrite.write_rest(node.log())?;
    rewrite.take_place(disk).await
}
