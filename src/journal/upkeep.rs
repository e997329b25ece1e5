//! What a journal needs about once a second: a look whether the file is still there, and now and
//! then a new file.

use super::error::{Failed, JournalError};
use super::group_commit::GroupCommit;
use super::loss::Loss;
use super::record::recorded_bytes;
use super::recovery::Recovery;
use super::replacement::{ReplaceError, replace};
use super::retry::{Need, Retry};
use super::rewrite::{JOURNAL_FILE, require_room};
use crate::node::ReadLog;
use std::io;
use std::sync::{Mutex, MutexGuard};

/// A journal smaller than this is not rewritten for its size.
const REWRITE_BYTES_MIN: u64 = 64 * 1024;

/// Looks after the file that a [`GroupCommit`] writes to.
#[derive(Debug, Default)]
pub(super) struct Upkeep {
    retry: Mutex<Retry>,
    told: Mutex<Told>,
}

/// What was last said about the file's place, so that it is said once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Told {
    #[default]
    Nothing,
    Loss(Loss),
    Blindness,
}

impl Upkeep {
    /// Goes on from how a journal was read back.
    pub(super) fn after(recovery: &Recovery) -> Self {
        let upkeep = Self::default();
        if recovery.unrepaired.is_some() {
            // The start has just tried.
            upkeep.retry().note_failure(Need::Repair);
        }
        upkeep
    }

    fn retry(&self) -> MutexGuard<'_, Retry> {
        self.retry.lock().expect("nothing panics with it")
    }

    /// Looks whether the file must be written anew, and does it unless that has failed a moment ago.
    ///
    /// # Errors
    /// When nothing can be promised any more. A rewrite that is given up is no error: the file in use
    /// is as good as before.
    pub(super) async fn look_after(
        &self,
        commit: &GroupCommit,
        log: &dyn ReadLog,
    ) -> Result<(), Failed> {
        let Some(need) = self.need(commit, log).await else { return Ok(()) };
        if !self.retry().is_due(need) {
            return Ok(());
        }
        let rewritten = match has_room(commit, need, log) {
            Ok(()) => replace(commit, log).await,
            Err(error) => Err(ReplaceError::GivenUp(error)),
        };
        match rewritten {
            Ok(()) => {
                self.retry().note_success();
                Ok(())
            }
            Err(ReplaceError::GivenUp(error)) => {
                let retry_seconds = self.retry().note_failure(need);
                tell_given_up(commit, need, &error, retry_seconds);
                Ok(())
            }
            Err(ReplaceError::Unsafe(error)) => Err(commit.fail(error)),
        }
    }

    /// Writes a whole new journal if the file in use would not be read back at the next start.
    ///
    /// # Errors
    /// When it cannot be written. At the end of a server there is no later attempt.
    pub(super) async fn restore(
        &self,
        commit: &GroupCommit,
        log: &dyn ReadLog,
    ) -> Result<(), Failed> {
        if self.loss(commit).await.is_none() {
            return Ok(());
        }
        replace(commit, log).await.map_err(|error| match error {
            ReplaceError::GivenUp(error) | ReplaceError::Unsafe(error) => commit.fail(error),
        })
    }

    async fn need(&self, commit: &GroupCommit, log: &dyn ReadLog) -> Option<Need> {
        if self.loss(commit).await.is_some() {
            return Some(Need::Restore);
        }
        let mut turn = commit.turn().await;
        let (size, is_bad) = (turn.writer().size, turn.writer().unrepaired.is_some());
        drop(turn);
        if is_bad {
            return Some(Need::Repair);
        }
        (size > (2 * live_bytes(log)).max(REWRITE_BYTES_MIN)).then_some(Need::Compact)
    }

    /// Compares the open file with the one that has the journal's name. Tells what has happened to
    /// it, once.
    async fn loss(&self, commit: &GroupCommit) -> Option<Loss> {
        let found = compare(commit).await;
        let path = commit.disk.path(JOURNAL_FILE);
        let mut told = self.told.lock().expect("nothing panics with it");
        match found {
            Ok(loss) => {
                if let Some(loss) = loss.filter(|&loss| *told != Told::Loss(loss)) {
                    let reason = loss.to_string();
                    log::error!(server:% = commit.server, path:%, reason:%;
                        "the journal was changed by somebody else; writing it anew");
                }
                *told = loss.map_or(Told::Nothing, Told::Loss);
                loss
            }
            Err(error) => {
                if *told != Told::Blindness {
                    log::warn!(server:% = commit.server, path:%, error:%;
                        "cannot see whether the journal is still in its place");
                }
                *told = Told::Blindness;
                None
            }
        }
    }
}

/// The size of a journal that holds the newest line of each client and no other.
fn live_bytes(log: &dyn ReadLog) -> u64 {
    let mut live = 0;
    log.read(&mut |log| live = recorded_bytes(log.len(), log.line_bytes()));
    live
}

/// A journal that is gone is written anew whether there seems to be room or not.
fn has_room(commit: &GroupCommit, need: Need, log: &dyn ReadLog) -> Result<(), JournalError> {
    match need {
        Need::Restore => Ok(()),
        Need::Repair | Need::Compact => require_room(&*commit.disk, live_bytes(log)),
    }
}

async fn compare(commit: &GroupCommit) -> io::Result<Option<Loss>> {
    // Whoever holds the turn is the only one who can make the file longer or take another.
    let mut turn = commit.turn().await;
    let writer = turn.writer();
    Ok(match commit.disk.identity(JOURNAL_FILE)? {
        None => Some(Loss::Removed),
        Some(named) if named != writer.file.identity()? => Some(Loss::Replaced),
        Some(_) if writer.file.size()? != writer.size => Some(Loss::Resized),
        Some(_) => None,
    })
}

fn tell_given_up(commit: &GroupCommit, need: Need, error: &JournalError, retry_seconds: u32) {
    let server = &commit.server;
    match need {
        Need::Compact => log::warn!(server:%, error:%, retry_seconds;
            "could not rewrite the journal; the old one stays in use"),
        Need::Repair => log::warn!(server:%, error:%, retry_seconds;
            "could not repair the journal; it stays in use as it is"),
        Need::Restore => log::error!(server:%, error:%, retry_seconds;
            "could not write the journal anew; positions are lost if the server ends now"),
    }
}
