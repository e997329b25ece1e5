//! The buffer between the server's tasks and the thread that writes the file.

use super::event::{ConnectionId, Event};
use super::rotation::Rotation;
use super::writer::{Batch, Writer};
use crate::protocol::Timestamp;
use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The size of the buffer, in bytes. Events that do not fit are dropped and counted.
pub const BUFFER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The writer waits this long for more events after the first one, so that it wakes rarely under
/// load.
const GATHERING: Duration = Duration::from_millis(20);

/// The size and the number of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The size at which a file is renamed and a new one is started.
    pub file_bytes_max: u64,
    /// How many renamed files are kept.
    pub files_kept: u32,
}

impl Default for Options {
    /// Files of 64 MiB; four are kept besides the current one.
    fn default() -> Self {
        Self { file_bytes_max: 64 * 1024 * 1024, files_kept: 4 }
    }
}

/// A traffic log that is open for writing. Dropping it writes the events that are still buffered.
#[derive(Debug)]
pub struct TrafficLog {
    shared: Arc<Shared>,
    writer: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    woken: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    lines: Vec<u8>,
    /// The time of the newest event.
    time: Timestamp,
    dropped: u64,
    closed: bool,
}

impl TrafficLog {
    /// Opens the file at `path` for appending. Creates it and its folder if they do not exist. A pipe
    /// or a device is written to and never renamed.
    ///
    /// # Errors
    /// If the file cannot be opened for appending.
    pub fn open(path: &Path, options: Options) -> io::Result<Self> {
        let rotation = Rotation { bytes_max: options.file_bytes_max, kept: options.files_kept };
        let mut writer = Writer::open(path, rotation)?;
        let shared = Arc::new(Shared::default());
        let thread = thread::Builder::new().name("traffic-log".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.write_until_closed(&mut writer)
        })?;
        Ok(Self { shared, writer: Some(thread) })
    }

    /// Adds an event. Never waits for the disk: an event that does not fit into the buffer is
    /// dropped, and a later line of the log says how many were.
    pub fn record(&self, time: Timestamp, connection: ConnectionId, event: Event<'_>) {
        let mut queue = self.shared.queue();
        if queue.lines.len() + event.written_bytes_max() > BUFFER_BYTES_MAX {
            queue.dropped += 1;
            return;
        }
        let was_empty = queue.lines.is_empty();
        queue.time = time;
        event.write(time, connection, &mut queue.lines);
        drop(queue);
        if was_empty {
            self.shared.woken.notify_one();
        }
    }
}

impl Drop for TrafficLog {
    fn drop(&mut self) {
        self.shared.queue().closed = true;
        self.shared.woken.notify_one();
        if let Some(writer) = self.writer.take() {
            // The writer reports its errors itself; if it panicked, there is nothing left to do.
            let _ = writer.join();
        }
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("nothing panics while it holds the queue")
    }

    fn write_until_closed(&self, writer: &mut Writer) {
        let mut batch = Batch::default();
        loop {
            let closed = self.next_batch(&mut batch);
            writer.write(&batch);
            if closed {
                return;
            }
        }
    }

    /// Waits for events and swaps them into `batch`. Returns whether they are the last.
    fn next_batch(&self, batch: &mut Batch) -> bool {
        batch.lines.clear();
        let idle =
            |queue: &mut Queue| queue.lines.is_empty() && queue.dropped == 0 && !queue.closed;
        let queue = self.woken.wait_while(self.queue(), idle);
        let queue = queue.expect("nothing panics while it holds the queue");
        let open = |queue: &mut Queue| !queue.closed;
        let gathered = self.woken.wait_timeout_while(queue, GATHERING, open);
        let mut queue = gathered.expect("nothing panics while it holds the queue").0;
        std::mem::swap(&mut queue.lines, &mut batch.lines);
        batch.time = queue.time;
        batch.dropped = std::mem::take(&mut queue.dropped);
        queue.closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn record(log: &TrafficLog, bytes: &[u8]) {
        log.record(Timestamp::from_nanos(1), ConnectionId(1), Event::In(bytes));
    }

    #[test]
    fn events_are_in_the_file_once_the_log_is_dropped() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("new/traffic.ndjson");
        for data in [b"a", b"b"] {
            let log = TrafficLog::open(&path, Options::default()).expect("the file can be made");
            record(&log, data);
        }
        let line = |data| {
            format!(
                "{{\"time\":\"0.000000001\",\"event\":\"in\",\"connection\":1,\"data\":\"{data}\"}}\n"
            )
        };
        let written = fs::read_to_string(&path).expect("the file is there");
        assert_eq!(written, line("a") + &line("b"));
    }

    #[test]
    fn full_files_are_set_aside_and_the_oldest_removed() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("traffic.ndjson");
        let options = Options { file_bytes_max: 1, files_kept: 2 };
        for data in [b"a", b"b", b"c", b"d"] {
            let log = TrafficLog::open(&path, options).expect("the file can be made");
            record(&log, data);
        }
        let holds = |name: &str, data: &str| {
            let text = fs::read_to_string(folder.path().join(name)).expect("the file is there");
            text.ends_with(&format!("\"{data}\"}}\n"))
        };
        assert!(holds("traffic.ndjson", "d"));
        assert!(holds("traffic.ndjson.1", "c"));
        assert!(holds("traffic.ndjson.2", "b"));
        assert_eq!(fs::read_dir(folder.path()).expect("the folder is there").count(), 3);
    }

    /// A slow disk must not use memory beyond the limit, and the log must say that lines are
    /// missing.
    #[test]
    fn what_does_not_fit_is_dropped_counted_and_reported() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("traffic.ndjson");
        let log = TrafficLog::open(&path, Options::default()).expect("the file can be made");
        record(&log, &vec![b'x'; BUFFER_BYTES_MAX]);
        record(&log, b"fits");
        drop(log);
        let written = fs::read_to_string(&path).expect("the file is there");
        let dropped = "{\"time\":\"0.000000001\",\"event\":\"dropped\",\"lines\":1}\n";
        assert!(written.ends_with(dropped), "{written}");
        assert_eq!(written.lines().count(), 2);
    }
}
