//! Putting a new file in the place of the one in use, while sessions go on.

use super::error::JournalError;
use super::group_commit::GroupCommit;
use super::rewrite::{Rewrite, sync_name};
use super::set_aside::set_aside;
use crate::node::ReadLog;
use futures_lite::future;
use std::sync::Arc;

/// A replacement that failed.
#[derive(Debug)]
pub(super) enum ReplaceError {
    /// The old file is still in its place and in use.
    GivenUp(JournalError),
    /// The new file has its place, and nobody knows whether a crash of the machine would bring the
    /// old one back.
    Unsafe(JournalError),
}

/// Writes a new file while the old one stays in use. Only the last lines are written while all
/// sessions wait.
pub(super) async fn replace(commit: &GroupCommit, log: &dyn ReadLog) -> Result<(), ReplaceError> {
    let replaced = try_to_replace(commit, log).await;
    if let Err(ReplaceError::GivenUp(_)) = replaced {
        Rewrite::give_up(&*commit.disk);
    }
    replaced
}

async fn try_to_replace(commit: &GroupCommit, log: &dyn ReadLog) -> Result<(), ReplaceError> {
    set_damage_aside(commit).await.map_err(ReplaceError::GivenUp)?;
    let rewrite = write_new_file(commit, log).await;
    let mut rewrite = rewrite.map_err(ReplaceError::GivenUp)?;
    // From here on nobody else writes: what the old file gets now, the new one would lack.
    let mut turn = commit.turn().await;
    rewrite.write_rest(log).map_err(ReplaceError::GivenUp)?;
    // What was written must be safe before it takes the place of what is safe.
    rewrite.sync().await.map_err(ReplaceError::GivenUp)?;
    rewrite.take_place().map_err(ReplaceError::GivenUp)?;
    // The old file has no name any more. Nothing may be written or promised before the new file's
    // name is safe, so the turn is kept.
    let synced = sync_name(&*commit.disk).await;
    synced.map_err(ReplaceError::Unsafe)?;
    let (from, journal) = (turn.writer().size, rewrite.into_journal());
    log::info!(server:% = commit.server, from, to = journal.size; "rewrote the journal");
    turn.writer().take_over(journal);
    commit.publish(turn.writer());
    Ok(())
}

async fn write_new_file<'c>(
    commit: &'c GroupCommit,
    log: &dyn ReadLog,
) -> Result<Rewrite<'c>, JournalError> {
    let mut rewrite = Rewrite::begin(&*commit.disk, &commit.server)?;
    while rewrite.write_batch(log)? {
        // Sessions have their turn between two batches.
        future::yield_now().await;
    }
    rewrite.sync().await?;
    Ok(rewrite)
}

/// A file with damaged lines is the only place that has them, until they are set aside.
async fn set_damage_aside(commit: &GroupCommit) -> Result<(), JournalError> {
    let mut turn = commit.turn().await;
    let (file, ranges) = (Arc::clone(&turn.writer().file), turn.writer().unrepaired.clone());
    drop(turn);
    if let Some(ranges) = ranges {
        set_aside(&*commit.disk, &*file, &ranges).await?;
        // An attempt that fails later must not set them aside again.
        commit.turn().await.writer().unrepaired = Some(Vec::new());
    }
    Ok(())
}
