//! The journal of a server that runs.

use super::disk::{Disk, DiskFile};
use super::error::JournalError;
use super::record::recorded_bytes;
use super::recovery::Recovery;
use super::rewrite::{Rewrite, gather_records};
use crate::node::{ChangeLog, Node};
use crate::protocol::ServerName;
use async_lock::{Mutex, MutexGuard};
use event_listener::Event;
use futures_lite::future;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A journal smaller than this is never rewritten.
const REWRITE_BYTES_MIN: u64 = 64 * 1024;

/// When an acknowledgement goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fsync {
    /// After the fsync that covers it: not even the end of the machine takes it back.
    Always,
    /// After the write, with an fsync every second: the end of the process takes nothing back, the
    /// end of the machine at most about a second, which neighbors give back.
    #[default]
    EverySecond,
    /// After the write; when it reaches the disk is the system's choice.
    Never,
}

/// Follows the log of changes onto a disk.
///
/// Whoever needs something on disk [covers](Self::cover) it. The first one to come writes for all
/// who wait, in one write and, where the policy asks for it, one fsync.
#[derive(Debug)]
pub struct Journal {
    disk: Arc<dyn Disk>,
    server: ServerName,
    fsync: Fsync,
    writer: Mutex<Writer>,
    /// All changes up to this number are as safe as the policy promises.
    covered: AtomicU64,
    failure: std::sync::Mutex<Option<JournalError>>,
    failed: AtomicU64,
    /// Raised when a writer is done, well or not.
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

/// The journal has failed, and nothing that is not covered yet can be promised any more. What went
/// wrong is in [`Journal::failure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed;

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the journal has failed")
    }
}

impl std::error::Error for Failed {}

/// The right to write, which wakes those who wait when it is given back, however that happens.
struct Turn<'j> {
    writer: Option<MutexGuard<'j, Writer>>,
    advanced: &'j Event,
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
            writer: Mutex::new(Writer {
                file: journal.file,
                size: journal.size,
                written: journal.number,
                unsynced: false,
                batch: Vec::new(),
            }),
            failure: std::sync::Mutex::new(None),
            failed: AtomicU64::new(0),
            advanced: Event::new(),
        }
    }

    /// The number up to which changes are covered.
    pub fn covered(&self) -> u64 {
        self.covered.load(Ordering::Acquire)
    }

    /// Waits until all changes up to `number` are covered, writing them if nobody else does.
    ///
    /// # Errors
    /// When the journal has failed, now or before. Nothing is tried again: what a disk that failed
    /// holds, nobody knows.
    pub async fn cover(&self, number: u64, node: &std::sync::Mutex<Node>) -> Result<(), Failed> {
        loop {
            if self.covered() >= number {
                return Ok(());
            }
            if self.has_failed() {
                return Err(Failed);
            }
            let advanced = self.advanced.listen();
            match self.try_turn() {
                Some(mut turn) => {
                    // Whoever else has something to write by now says so first, and shares the write.
                    future::yield_now().await;
                    self.write(&mut turn, number, node).await?;
                }
                None => advanced.await,
            }
        }
    }

    /// Completes when the journal fails.
    pub async fn failure(&self) -> JournalError {
        loop {
            let advanced = self.advanced.listen();
            if let Some(error) = self.failure.lock().expect("nothing panics with it").take() {
                return error;
            }
            advanced.await;
        }
    }

    /// What must be done about every second: the fsync of [`Fsync::EverySecond`], and a rewrite
    /// when the file has grown to more than twice its live size.
    ///
    /// # Errors
    /// When the journal has failed.
    pub async fn maintain(&self, node: &std::sync::Mutex<Node>) -> Result<(), Failed> {
        if self.fsync == Fsync::EverySecond {
            self.sync().await?;
        }
        let size = self.turn().await.writer().size;
        let live = {
            let node = lock(node);
            recorded_bytes(node.log().len(), node.log().line_bytes())
        };
        if size > (2 * live).max(REWRITE_BYTES_MIN) && !self.has_failed() {
            let rewritten = self.rewrite(node).await;
            return rewritten.map_err(|error| self.fail(error));
        }
        Ok(())
    }

    /// Makes what was written safe from a crash of the machine, whatever the policy.
    ///
    /// # Errors
    /// When the journal has failed.
    pub async fn sync(&self) -> Result<(), Failed> {
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
        node: &std::sync::Mutex<Node>,
    ) -> Result<(), Failed> {
        let writer = turn.writer();
        while writer.written < number {
            writer.write_batch(lock(node).log()).map_err(|error| self.fail(error))?;
        }
        if self.fsync == Fsync::Always {
            let synced = writer.file.sync().await;
            synced
                .map_err(JournalError::disk("synchronize the journal"))
                .map_err(|error| self.fail(error))?;
        }
        self.covered.fetch_max(writer.written, Ordering::AcqRel);
        Ok(())
    }

    /// Makes the file anew while the old one goes on being written; only the last lines are written
    /// while everybody waits.
    async fn rewrite(&self, node: &std::sync::Mutex<Node>) -> Result<(), JournalError> {
        let mut rewrite = Rewrite::begin(&*self.disk, &self.server)?;
        while rewrite.gather(lock(node).log()) {
            rewrite.write_batch()?;
            future::yield_now().await;
        }
        rewrite.sync().await?;
        let mut turn = self.turn().await;
        rewrite.write_rest(lock(node).log())?;
        let rewritten = rewrite.take_place(&*self.disk).await?;
        let writer = turn.writer();
        log::info!(server:% = self.server, from = writer.size, to = rewritten.size; "rewrote the journal");
        writer.file = rewritten.file;
        writer.size = rewritten.size;
        writer.written = writer.written.max(rewritten.number);
        writer.unsynced = false;
        self.covered.fetch_max(writer.written, Ordering::AcqRel);
        Ok(())
    }

    fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire) > 0
    }

    /// Notes what went wrong; from now on nothing is promised.
    fn fail(&self, error: JournalError) -> Failed {
        self.failed.store(1, Ordering::Release);
        self.failure.lock().expect("nothing panics with it").get_or_insert(error);
        self.advanced.notify(usize::MAX);
        Failed
    }

    fn try_turn(&self) -> Option<Turn<'_>> {
        let writer = Some(self.writer.try_lock()?);
        Some(Turn { writer, advanced: &self.advanced })
    }

    async fn turn(&self) -> Turn<'_> {
        Turn { writer: Some(self.writer.lock().await), advanced: &self.advanced }
    }
}

impl Turn<'_> {
    fn writer(&mut self) -> &mut Writer {
        self.writer.as_mut().expect("a turn holds the writer until it is dropped")
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.writer = None;
        self.advanced.notify(usize::MAX);
    }
}

impl Writer {
    /// Writes the changes after the last written one, about one batch of them.
    fn write_batch(&mut self, log: &ChangeLog) -> Result<(), JournalError> {
        self.batch.clear();
        let number = gather_records(log, self.written, &mut self.batch);
        self.file.append(&self.batch).map_err(JournalError::disk("write the journal"))?;
        self.size += self.batch.len() as u64;
        self.written = number;
        self.unsynced = true;
        Ok(())
    }
}

fn lock(node: &std::sync::Mutex<Node>) -> std::sync::MutexGuard<'_, Node> {
    node.lock().expect("a panic never leaves the node half changed")
}
