//! Writing for all who wait: one write, and one fsync, for the changes of many sessions.

use super::disk::Disk;
use super::error::{Failed, JournalError};
use super::fsync::Fsync;
use super::recovery::Recovery;
use super::rewrite::JOURNAL_FILE;
use super::writer::Writer;
use crate::node::ReadLog;
use crate::protocol::ServerName;
use crate::runtime::{self, Turns};
use event_listener::Event;
use futures_lite::future;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// The file in use and the promise about it, shared by all sessions.
///
/// A task that needs a change on disk [covers](Self::cover) it. The first task to come writes for all
/// who wait, in one write and, where the policy asks for it, one fsync.
#[derive(Debug)]
pub(super) struct GroupCommit {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) server: ServerName,
    pub(super) fsync: Fsync,
    /// Who may write.
    turns: Turns,
    /// None while somebody has the turn.
    writer: Mutex<Option<Writer>>,
    /// All changes up to this number are as safe as the policy promises.
    covered: AtomicU64,
    /// The size of the file, which can be read while somebody writes.
    bytes: AtomicU64,
    failure: Mutex<Option<JournalError>>,
    failed: AtomicBool,
    /// Raised when a writer is done, whether it failed or not.
    advanced: Event,
}

/// The right to write, which wakes those who wait when it is given back, however that happens.
pub(super) struct Turn<'c> {
    commit: &'c GroupCommit,
    writer: Option<Writer>,
    turn: Option<runtime::Turn>,
}

impl GroupCommit {
    /// Continues a journal that was read back.
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        server: ServerName,
        fsync: Fsync,
        recovery: Recovery,
    ) -> Self {
        let Recovery { journal, unrepaired, .. } = recovery;
        Self {
            disk,
            server,
            fsync,
            covered: AtomicU64::new(journal.number),
            bytes: AtomicU64::new(journal.size),
            turns: Turns::default(),
            writer: Mutex::new(Some(Writer::new(journal, unrepaired))),
            failure: Mutex::new(None),
            failed: AtomicBool::new(false),
            advanced: Event::new(),
        }
    }

    pub(super) fn has_failed(&self) -> bool {
        // Pairs with the release in `fail`.
        self.failed.load(Ordering::Acquire)
    }

    /// The number up to which changes are as safe as the policy promises.
    pub(super) fn covered(&self) -> u64 {
        // Pairs with the release in `publish`.
        self.covered.load(Ordering::Acquire)
    }

    /// The size of the file in use.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Waits until all changes up to `number` are covered. The first to come writes for all who wait.
    /// Nothing is tried again after a failure: nobody knows what a disk that failed holds.
    pub(super) async fn cover(&self, number: u64, log: &dyn ReadLog) -> Result<(), Failed> {
        loop {
            if self.covered() >= number {
                return Ok(());
            }
            if self.has_failed() {
                return Err(Failed);
            }
            // Listen before trying: whoever holds the turn may finish in between, and the event would
            // be missed.
            let advanced = self.advanced.listen();
            match self.try_turn() {
                Some(mut turn) => {
                    // Give the other sessions that are ready a chance to add their changes first;
                    // they share this write.
                    future::yield_now().await;
                    self.write(&mut turn, number, log).await?;
                }
                None => advanced.await,
            }
        }
    }

    /// Completes when the journal fails, and says why.
    pub(super) async fn failure(&self) -> JournalError {
        loop {
            // Listen before looking, or a failure in between goes unnoticed.
            let advanced = self.advanced.listen();
            if let Some(error) = self.failure.lock().expect("nothing panics with it").take() {
                return error;
            }
            advanced.await;
        }
    }

    /// Makes what was written safe from a crash of the machine, whatever the policy.
    pub(super) async fn sync(&self) -> Result<(), Failed> {
        let file = {
            let mut turn = self.turn().await;
            if self.has_failed() {
                return Err(Failed);
            }
            let writer = turn.writer();
            // Taken back before the fsync begins: what is written meanwhile needs the next one.
            if !std::mem::take(&mut writer.unsynced) {
                return Ok(());
            }
            // The turn ends here, so that sessions can write while the disk works.
            Arc::clone(&writer.file)
        };
        file.sync().await.map_err(|error| self.fail_at("synchronize the journal", error))
    }

    /// Writes, and where the policy asks for it synchronizes, all changes up to at least `number`.
    async fn write(
        &self,
        turn: &mut Turn<'_>,
        number: u64,
        log: &dyn ReadLog,
    ) -> Result<(), Failed> {
        let writer = turn.writer();
        while writer.written < number {
            let wrote = writer.write_batch(log);
            wrote.map_err(|error| self.fail_at("write the journal", error))?;
        }
        if self.fsync == Fsync::Always {
            let synced = writer.file.sync().await;
            synced.map_err(|error| self.fail_at("synchronize the journal", error))?;
        }
        // Only now: what is published may be acknowledged.
        self.publish(writer);
        Ok(())
    }

    /// Tells all who wait, and all who follow, how far the file goes.
    pub(super) fn publish(&self, writer: &Writer) {
        // Nothing else is read by it, so no order is needed.
        self.bytes.store(writer.size, Ordering::Relaxed);
        // Release pairs with the acquire in `covered`: whoever sees the number may tell the changes
        // up to it, which must be on the disk by then.
        self.covered.fetch_max(writer.written, Ordering::AcqRel);
    }

    /// Notes the failure. From now on nothing is promised.
    pub(super) fn fail(&self, error: JournalError) -> Failed {
        // Before the event: whoever is woken by it looks at both.
        self.failure.lock().expect("nothing panics with it").get_or_insert(error);
        self.failed.store(true, Ordering::Release);
        self.advanced.notify(usize::MAX);
        Failed
    }

    fn fail_at(&self, doing: &'static str, error: io::Error) -> Failed {
        self.fail(JournalError::disk(&*self.disk, doing, JOURNAL_FILE)(error))
    }

    fn try_turn(&self) -> Option<Turn<'_>> {
        self.turns.try_take().map(|turn| self.begin(turn))
    }

    pub(super) async fn turn(&self) -> Turn<'_> {
        self.begin(self.turns.take().await)
    }

    fn begin(&self, turn: runtime::Turn) -> Turn<'_> {
        let writer = self.writer.lock().expect("nothing panics with it").take();
        Turn { commit: self, writer, turn: Some(turn) }
    }
}

impl Turn<'_> {
    pub(super) fn writer(&mut self) -> &mut Writer {
        self.writer.as_mut().expect("whoever has the turn has the writer")
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // The writer is back before the turn ends, and the turn has ended before anybody is woken:
        // whoever comes next finds both.
        *self.commit.writer.lock().expect("nothing panics with it") = self.writer.take();
        self.turn = None;
        self.commit.advanced.notify(usize::MAX);
    }
}
