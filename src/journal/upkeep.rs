//! What a journal needs about once a second: a look whether the file is still there, and now and
//! then a new file.

use super::error::{Failed, JournalError};
use super::journal::Journal;
use super::loss::Loss;
use super::record::recorded_bytes;
use super::retry::Need;
use super::rewrite::{JOURNAL_FILE, Rewrite, require_room, sync_name};
use super::set_aside::set_aside;
use crate::node::ReadLog;
use futures_lite::future;
use std::io;
use std::sync::Arc;

/// A journal smaller than this is not rewritten for its size.
const REWRITE_BYTES_MIN: u64 = 64 * 1024;

/// A rewrite that failed.
#[derive(Debug)]
pub(super) enum RewriteError {
    /// The old file is still in its place and in use.
    GivenUp(JournalError),
    /// The new file has its place, and nobody knows whether a crash of the machine would bring the
    /// old one back.
    Unsafe(JournalError),
}

impl Journal {
    /// Looks whether the file must be written anew, and does it unless that has failed a moment ago.
    ///
    /// # Errors
    /// When nothing can be promised any more. A rewrite that is given up is no error: the file in use
    /// is as good as before.
    pub(super) async fn look_after(&self, log: &dyn ReadLog) -> Result<(), Failed> {
        let Some(need) = self.need(log).await else { return Ok(()) };
        if !self.retry().is_due(need) {
            return Ok(());
        }
        let rewritten = match self.has_room(need, log) {
            Ok(()) => self.rewrite(log).await,
            Err(error) => Err(RewriteError::GivenUp(error)),
        };
        match rewritten {
            Ok(()) => {
                self.retry().note_success();
                Ok(())
            }
            Err(RewriteError::GivenUp(error)) => {
                let retry_seconds = self.retry().note_failure(need);
                self.tell_given_up(need, &error, retry_seconds);
                Ok(())
            }
            Err(RewriteError::Unsafe(error)) => Err(self.fail(error)),
        }
    }

    /// Writes a whole new journal if the file in use would not be read back at the next start.
    ///
    /// # Errors
    /// When it cannot be written. At the end of a server there is no later attempt.
    pub(super) async fn restore(&self, log: &dyn ReadLog) -> Result<(), Failed> {
        if self.loss().await.is_none() {
            return Ok(());
        }
        self.rewrite(log).await.map_err(|error| match error {
            RewriteError::GivenUp(error) | RewriteError::Unsafe(error) => self.fail(error),
        })
    }

    async fn need(&self, log: &dyn ReadLog) -> Option<Need> {
        if self.loss().await.is_some() {
            return Some(Need::Restore);
        }
        let mut turn = self.turn().await;
        let (size, is_bad) = (turn.writer().size, turn.writer().unrepaired.is_some());
        drop(turn);
        if is_bad {
            return Some(Need::Repair);
        }
        (size > (2 * live_bytes(log)).max(REWRITE_BYTES_MIN)).then_some(Need::Compact)
    }

    /// A journal that is gone is written anew whether there seems to be room or not.
    fn has_room(&self, need: Need, log: &dyn ReadLog) -> Result<(), JournalError> {
        match need {
            Need::Restore => Ok(()),
            Need::Repair | Need::Compact => require_room(&*self.disk, live_bytes(log)),
        }
    }

    /// Compares the open file with the one that has the journal's name. Tells what has happened to
    /// it, once.
    async fn loss(&self) -> Option<Loss> {
        let found = self.compare().await;
        let path = self.disk.path(JOURNAL_FILE);
        let mut told = self.told.lock().expect("nothing panics with it");
        match found {
            Ok(loss) => {
                if let Some(loss) = loss.filter(|&loss| *told != Told::Loss(loss)) {
                    let reason = loss.to_string();
                    log::error!(server:% = self.server, path:%, reason:%;
                        "the journal was changed by somebody else; writing it anew");
                }
                *told = loss.map_or(Told::Nothing, Told::Loss);
                loss
            }
            Err(error) => {
                if *told != Told::Blindness {
                    log::warn!(server:% = self.server, path:%, error:%;
                        "cannot see whether the journal is still in its place");
                }
                *told = Told::Blindness;
                None
            }
        }
    }

    async fn compare(&self) -> io::Result<Option<Loss>> {
        // Whoever holds the turn is the only one who can make the file longer or take another.
        let mut turn = self.turn().await;
        let writer = turn.writer();
        Ok(match self.disk.identity(JOURNAL_FILE)? {
            None => Some(Loss::Removed),
            Some(named) if named != writer.file.identity()? => Some(Loss::Replaced),
            Some(_) if writer.file.size()? != writer.size => Some(Loss::Resized),
            Some(_) => None,
        })
    }

    /// Writes a new file while the old one stays in use. Only the last lines are written while all
    /// sessions wait.
    async fn rewrite(&self, log: &dyn ReadLog) -> Result<(), RewriteError> {
        let replaced = self.replace(log).await;
        if let Err(RewriteError::GivenUp(_)) = replaced {
            Rewrite::give_up(&*self.disk);
        }
        replaced
    }

    async fn replace(&self, log: &dyn ReadLog) -> Result<(), RewriteError> {
        self.set_damage_aside().await.map_err(RewriteError::GivenUp)?;
        let rewrite = self.write_new_file(log).await;
        let mut rewrite = rewrite.map_err(RewriteError::GivenUp)?;
        // From here on nobody else writes: what the old file gets now, the new one would lack.
        let mut turn = self.turn().await;
        rewrite.write_rest(log).map_err(RewriteError::GivenUp)?;
        // What was written must be safe before it takes the place of what is safe.
        rewrite.sync().await.map_err(RewriteError::GivenUp)?;
        rewrite.take_place().map_err(RewriteError::GivenUp)?;
        // The old file has no name any more. Nothing may be written or promised before the new
        // file's name is safe, so the turn is kept.
        let synced = sync_name(&*self.disk).await;
        synced.map_err(RewriteError::Unsafe)?;
        let (from, journal) = (turn.writer().size, rewrite.into_journal());
        log::info!(server:% = self.server, from, to = journal.size; "rewrote the journal");
        turn.writer().take_over(journal);
        self.publish(turn.writer());
        Ok(())
    }

    async fn write_new_file(&self, log: &dyn ReadLog) -> Result<Rewrite<'_>, JournalError> {
        let mut rewrite = Rewrite::begin(&*self.disk, &self.server)?;
        while rewrite.write_batch(log)? {
            future::yield_now().await;
        }
        rewrite.sync().await?;
        Ok(rewrite)
    }

    /// A file with damaged lines is the only place that has them, until they are set aside.
    async fn set_damage_aside(&self) -> Result<(), JournalError> {
        let mut turn = self.turn().await;
        let (file, ranges) = (Arc::clone(&turn.writer().file), turn.writer().unrepaired.clone());
        drop(turn);
        match ranges {
            Some(ranges) => {
                set_aside(&*self.disk, &*file, &ranges).await?;
                // An attempt that fails later must not set them aside again.
                self.turn().await.writer().unrepaired = Some(Vec::new());
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn tell_given_up(&self, need: Need, error: &JournalError, retry_seconds: u32) {
        let server = &self.server;
        match need {
            Need::Compact => log::warn!(server:%, error:%, retry_seconds;
                "could not rewrite the journal; the old one stays in use"),
            Need::Repair => log::warn!(server:%, error:%, retry_seconds;
                "could not repair the journal; it stays in use as it is"),
            Need::Restore => log::error!(server:%, error:%, retry_seconds;
                "could not write the journal anew; positions are lost if the server ends now"),
        }
    }
}

/// The size of a journal that holds the newest line of each client and no other.
fn live_bytes(log: &dyn ReadLog) -> u64 {
    let mut live = 0;
    log.read(&mut |log| live = recorded_bytes(log.len(), log.line_bytes()));
    live
}

/// What was last said about the file's place, so that it is said once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Told {
    #[default]
    Nothing,
    Loss(Loss),
    Blindness,
}
