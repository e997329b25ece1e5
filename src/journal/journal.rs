//! The journal of a server that runs.

use super::disk::{Disk, DiskFile};
use super::error::{Failed, JournalError};
use super::fsync::Fsync;
use super::keeper::Keeper;
use super::record::recorded_bytes;
use super::recovery::Recovery;
use super::rewrite::{Rewrite, gather_records};
use super::status::JournalStatus;
use crate::node::ReadLog;
use crate::protocol::ServerName;
use crate::runtime::{self, Turns};
use async_trait::async_trait;
use event_listener::Event;
use futures_lite::future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// A journal smaller than this is never rewritten.
const REWRITE_BYTES_MIN: u64 = 64 * 1024;

/// Follows the log of changes onto a disk.
///
/// A task that needs a change on disk [covers](Keeper::cover) it. The first task to come writes for all
/// who wait, in one write and, where the policy asks for it, one fsync.
#[derive(Debug)]
pub struct Journal {
    disk: Arc<dyn Disk>,
    server: ServerName,
    fsync: Fsync,
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

#[derive(Debug)]
struct Writer {
    file: Arc<dyn DiskFile>,
    size: u64,
    /// All changes up to this number are written.
    written: u64,
    /// Whether something was written since the last fsync began.
    unsynced: bool,
    batch: Vec<u8>,
}

/// The right to write, which wakes those who wait when it is given back, however that happens.
struct Turn<'j> {
    journal: &'j Journal,
    writer: Option<Writer>,
    turn: Option<runtime::Turn>,
}

impl Journal {
    /// Continues a journal that was read back.
    pub fn new(disk: Arc<dyn Disk>, server: ServerName, fsync: Fsync, recovery: Recovery) -> Self {
        let Recovery { journal, .. } = recovery;
        Self {
            disk,
            server,
            fsync,
            covered: AtomicU64::new(journal.number),
            bytes: AtomicU64::new(journal.size),
            turns: Turns::default(),
            writer: Mutex::new(Some(Writer {
                file: journal.file,
                size: journal.size,
                written: journal.number,
                unsynced: false,
                batch: Vec::new(),
            })),
            failure: Mutex::new(None),
            failed: AtomicBool::new(false),
            advanced: Event::new(),
        }
    }

    fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Makes what was written safe from a crash of the machine, whatever the policy.
    async fn sync(&self) -> Result<(), Failed> {
        let file = {
            let mut turn = self.turn().await;
            let writer = turn.writer();
            if self.has_failed() || !std::mem::take(&mut writer.unsynced) {
                return if self.has_failed() { Err(Failed) } else { Ok(()) };
            }
            Arc::clone(&writer.file)
        };
        let synced = file.sync().await.map_err(JournalError::disk("synchronize the journal"));
        synced.map_err(|error| self.fail(error))
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
            writer.write_batch(log).map_err(|error| self.fail(error))?;
        }
        self.bytes.store(writer.size, Ordering::Relaxed);
        if self.fsync == Fsync::Always {
            let synced = writer.file.sync().await;
            synced
                .map_err(JournalError::disk("synchronize the journal"))
                .map_err(|error| self.fail(error))?;
        }
        self.covered.fetch_max(writer.written, Ordering::AcqRel);
        Ok(())
    }

    /// Writes a new file while the old one stays in use. Only the last lines are written
    /// while all sessions wait.
    async fn rewrite(&self, log: &dyn ReadLog) -> Result<(), JournalError> {
        let mut rewrite = Rewrite::begin(&*self.disk, &self.server)?;
        while rewrite.gather(log) {
            rewrite.write_batch()?;
            future::yield_now().await;
        }
        rewrite.sync().await?;
        let mut turn = self.turn().await;
        rewrite.write_rest(log)?;
        let rewritten = rewrite.take_place(&*self.disk).await?;
        let writer = turn.writer();
        log::info!(server:% = self.server, from = writer.size, to = rewritten.size; "rewrote the journal");
        writer.file = rewritten.file;
        writer.size = rewritten.size;
        writer.written = writer.written.max(rewritten.number);
        writer.unsynced = false;
        self.bytes.store(writer.size, Ordering::Relaxed);
        self.covered.fetch_max(writer.written, Ordering::AcqRel);
        Ok(())
    }

    /// Notes the failure. From now on nothing is promised.
    fn fail(&self, error: JournalError) -> Failed {
        self.failed.store(true, Ordering::Release);
        self.failure.lock().expect("nothing panics with it").get_or_insert(error);
        self.advanced.notify(usize::MAX);
        Failed
    }

    fn try_turn(&self) -> Option<Turn<'_>> {
        self.turns.try_take().map(|turn| self.begin(turn))
    }

    async fn turn(&self) -> Turn<'_> {
        self.begin(self.turns.take().await)
    }

    fn begin(&self, turn: runtime::Turn) -> Turn<'_> {
        let writer = self.writer.lock().expect("nothing panics with it").take();
        Turn { journal: self, writer, turn: Some(turn) }
    }
}

#[async_trait]
impl Keeper for Journal {
    fn covered(&self) -> u64 {
        self.covered.load(Ordering::Acquire)
    }

    /// The first to come writes for all who wait. Nothing is tried again after a failure: nobody
    /// knows what a disk that failed holds.
    async fn cover(&self, number: u64, log: &dyn ReadLog) -> Result<(), Failed> {
        loop {
            if self.covered() >= number {
                return Ok(());
            }
            if self.has_failed() {
                return Err(Failed);
            }
            // Listen before trying: whoever holds the turn may finish in between.
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

    /// The fsync of [`Fsync::EverySecond`], and a rewrite when the file has grown to more than twice
    /// its live size.
    async fn maintain(&self, log: &dyn ReadLog) -> Result<(), Failed> {
        if self.fsync == Fsync::EverySecond {
            self.sync().await?;
        }
        let size = self.turn().await.writer().size;
        let mut live = 0;
        log.read(&mut |log| live = recorded_bytes(log.len(), log.line_bytes()));
        if size > (2 * live).max(REWRITE_BYTES_MIN) && !self.has_failed() {
            let rewritten = self.rewrite(log).await;
            return rewritten.map_err(|error| self.fail(error));
        }
        Ok(())
    }

    async fn finish(&self) -> Result<(), Failed> {
        self.sync().await
    }

    async fn failure(&self) -> JournalError {
        loop {
            // Listen before looking, or a failure in between goes unnoticed.
            let advanced = self.advanced.listen();
            if let Some(error) = self.failure.lock().expect("nothing panics with it").take() {
                return error;
            }
            advanced.await;
        }
    }

    fn status(&self) -> Option<JournalStatus> {
        let (fsync, covered) = (self.fsync, self.covered());
        Some(JournalStatus { fsync, bytes: self.bytes.load(Ordering::Relaxed), covered })
    }
}

impl Turn<'_> {
    fn writer(&mut self) -> &mut Writer {
        self.writer.as_mut().expect("whoever has the turn has the writer")
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // The writer is back before the turn ends, and the turn has ended before anybody is woken:
        // whoever comes next finds both.
        *self.journal.writer.lock().expect("nothing panics with it") = self.writer.take();
        self.turn = None;
        self.journal.advanced.notify(usize::MAX);
    }
}

impl Writer {
    /// Writes the changes after the last written one, about one batch of them.
    fn write_batch(&mut self, log: &dyn ReadLog) -> Result<(), JournalError> {
        self.batch.clear();
        let number = gather_records(log, self.written, &mut self.batch);
        self.file.append(&self.batch).map_err(JournalError::disk("write the journal"))?;
        self.size += self.batch.len() as u64;
        self.written = number;
        self.unsynced = true;
        Ok(())
    }
}
