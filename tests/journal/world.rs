//! A folder with a journal, and what a server would do with it.

use super::faulty_disk::FaultyDisk;
use async_std::task::block_on;
use herd::journal::{
    FileDisk, Fsync, JOURNAL_FILE, Journal, JournalError, Keeper, OnDamage, Verdict, check, recover,
};
use herd::node::{Node, Rules};
use herd::protocol::{At, ServerName};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// A folder, and what a server would do in it.
pub struct World {
    pub folder: TempDir,
}

/// A server without a network: its knowledge and its journal.
pub struct Kept {
    node: Mutex<Node>,
    pub journal: Journal,
    pub disk: Arc<FaultyDisk>,
}

impl World {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder can be made") }
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn start(&self, server: &str, on_damage: OnDamage) -> Result<Kept, JournalError> {
        self.start_on(FaultyDisk::new(FileDisk::open(self.folder.path())?), server, on_damage)
    }

    pub fn start_on(
        &self,
        disk: FaultyDisk,
        server: &str,
        on_damage: OnDamage,
    ) -> Result<Kept, JournalError> {
        let server: ServerName = server.parse().expect("the test's names are legal");
        let disk = Arc::new(disk);
        let mut node = Node::new(server.clone(), Rules::default(), 1);
        let recovery = block_on(recover(&*disk, &server, on_damage, &mut node, &mut |_, _| {}))?;
        let journal = Journal::new(disk.clone(), server, Fsync::EverySecond, recovery);
        Ok(Kept { node: Mutex::new(node), journal, disk })
    }

    pub fn alford(&self) -> Kept {
        self.start("Alford", OnDamage::Refuse).expect("the journal is whole")
    }

    pub fn repaired(&self) -> Kept {
        self.start("Alford", OnDamage::SetAside).expect("the journal can be repaired")
    }

    /// What a start of Alford without --repair says, from the journal's path on.
    pub fn refusal(&self) -> String {
        let refused = self.start("Alford", OnDamage::Refuse).err().expect("the journal is refused");
        let path = self.path(JOURNAL_FILE).display().to_string();
        refused.to_string().strip_prefix(&path).expect("the message names the file").to_owned()
    }

    /// What `check` says about the journal.
    pub fn verdict(&self) -> Verdict {
        let checked = check(self.folder.path(), &mut |_, _| {}).expect("it can be read");
        checked.expect("there is a journal").report.verdict()
    }

    pub fn journal(&self) -> Vec<u8> {
        fs::read(self.path(JOURNAL_FILE)).expect("there is a journal")
    }

    pub fn write_journal(&self, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(JOURNAL_FILE), bytes).expect("the journal can be written");
    }

    pub fn journal_bytes(&self) -> usize {
        self.journal().len()
    }

    /// Changes one byte of the journal, this many bytes after the first place of `text`.
    pub fn damage(&self, text: &str, after: usize) -> usize {
        let mut bytes = self.journal();
        let is_there = |window: &[u8]| window == text.as_bytes();
        let place =
            bytes.windows(text.len()).position(is_there).expect("the text is there") + after;
        bytes[place] ^= 1;
        self.write_journal(bytes);
        place
    }
}

impl Kept {
    /// Takes in a position of `client`, and waits until it is covered.
    pub fn keep(&self, client: &str, time: u64) {
        self.take_in(&at(client, time));
    }

    pub fn take_in(&self, line: &str) {
        let number = self.change(line);
        block_on(self.journal.cover(number, &self.node)).expect("the disk works");
    }

    fn change(&self, line: &str) -> u64 {
        let at = At::parse(line.as_bytes()).expect("the line is good");
        let mut node = self.node.lock().expect("no test panics with it");
        node.restore(&at).expect("the node takes the line in");
        node.log().last_number()
    }

    /// Lets seconds pass for the journal.
    pub fn maintain(&self, seconds: u32) {
        for _ in 0..seconds {
            block_on(self.journal.maintain(&self.node)).expect("the journal goes on");
        }
    }

    /// Lets a second pass at whose end the journal fails. Returns why.
    pub fn end_in_maintenance(self) -> JournalError {
        block_on(self.journal.maintain(&self.node)).expect_err("the journal fails");
        block_on(self.journal.failure())
    }

    /// Takes in a position that the journal cannot keep. Returns why.
    pub fn end_in_cover(self, client: &str) -> JournalError {
        let number = self.change(&at(client, 1));
        block_on(self.journal.cover(number, &self.node)).expect_err("the journal fails");
        block_on(self.journal.failure())
    }

    /// Stops in order. Returns why it could not.
    pub fn finish(self) -> Option<JournalError> {
        let finished = block_on(self.journal.finish(&self.node));
        finished.is_err().then(|| block_on(self.journal.failure()))
    }

    /// The lines of all clients, in the order of their IDs.
    pub fn known(&self) -> Vec<String> {
        let node = self.node.lock().expect("no test panics with it");
        let text = |line: &[u8]| String::from_utf8_lossy(line).trim_end().to_owned();
        let mut known: Vec<_> =
            node.log().changes_after(0).map(|change| text(change.line)).collect();
        known.sort();
        known
    }
}

pub fn at(client: &str, time: u64) -> String {
    format!("AT Alford +0.000000000 {client} +0+0 {time}")
}
