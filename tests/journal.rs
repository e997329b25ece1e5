//! A journal in a real folder: what is kept, what is refused, what is repaired.

use async_std::task::block_on;
use herd::journal::{
    BAD_LINES_FILE, Disk, FileDisk, Fsync, JOURNAL_FILE, Journal, JournalError, Keeper, OnDamage,
    check, recover,
};
use herd::node::{Node, Origin, Rules};
use herd::protocol::{At, ServerName};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// A folder, and what a server would do in it.
struct World {
    folder: TempDir,
}

/// A server without a network: its knowledge and its journal.
struct Kept {
    node: Mutex<Node>,
    journal: Journal,
}

fn name(text: &str) -> ServerName {
    text.parse().expect("the test's names are legal")
}

impl World {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder can be made") }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn start(&self, server: &str, on_damage: OnDamage) -> Result<Kept, JournalError> {
        let mut node = Node::new(name(server), Rules::default(), 1);
        let disk: Arc<dyn Disk> = Arc::new(FileDisk::open(self.folder.path())?);
        let server = name(server);
        let recovery = block_on(recover(&*disk, &server, on_damage, &mut node, &mut |_, _| {}))?;
        let journal = Journal::new(disk, server, Fsync::EverySecond, recovery);
        Ok(Kept { node: Mutex::new(node), journal })
    }

    fn alford(&self) -> Kept {
        self.start("Alford", OnDamage::Refuse).expect("the journal is whole")
    }

    fn refusal(&self, server: &str) -> String {
        self.start(server, OnDamage::Refuse).err().expect("the journal is refused").to_string()
    }

    /// Changes one byte of the journal, this many bytes after the first place of `text`.
    fn damage(&self, text: &str, after: usize) -> usize {
        let path = self.path(JOURNAL_FILE);
        let mut bytes = fs::read(&path).expect("there is a journal");
        let place = find(&bytes, text) + after;
        bytes[place] ^= 1;
        fs::write(path, bytes).expect("the journal can be written");
        place
    }
}

fn find(bytes: &[u8], text: &str) -> usize {
    let is_there = |window: &[u8]| window == text.as_bytes();
    bytes.windows(text.len()).position(is_there).expect("the text is there")
}

impl Kept {
    /// Takes in a position of `client`, and waits until it is covered.
    fn keep(&self, client: &str, time: u64) {
        let line = format!("AT Alford +0.000000000 {client} +0+0 {time}");
        let at = At::parse(line.as_bytes()).expect("the line is good");
        let mut node = self.node.lock().expect("no test panics with it");
        node.take_in(&at, Origin::Here).expect("the log has room");
        let number = node.log().last_number();
        drop(node);
        block_on(self.journal.cover(number, &self.node)).expect("the disk works");
    }

    fn known(&self) -> Vec<String> {
        let node = self.node.lock().expect("no test panics with it");
        let text = |line: &[u8]| String::from_utf8_lossy(line).trim_end().to_owned();
        let mut known: Vec<_> =
            node.log().changes_after(0).map(|change| text(change.line)).collect();
        known.sort();
        known
    }
}

fn at(client: &str, time: u64) -> String {
    format!("AT Alford +0.000000000 {client} +0+0 {time}")
}

#[test]
fn what_is_covered_is_read_back() {
    let world = World::new();
    let server = world.alford();
    server.keep("kiwi", 1);
    server.keep("plum", 1);
    server.keep("kiwi", 2);
    drop(server);
    assert_eq!(world.alford().known(), [at("kiwi", 2), at("plum", 1)]);
}

/// The file is the protocol again, readable with `less`.
#[test]
fn the_file_has_the_form_of_the_protocol() {
    let world = World::new();
    world.alford().keep("kiwi", 1);
    let text = fs::read_to_string(world.path(JOURNAL_FILE)).expect("the journal is text");
    let lines: Vec<_> =
        text.lines().map(|line| line.rsplit_once(" *").expect("a checksum")).collect();
    assert_eq!(lines[0].0, "HERD JOURNAL 1 Alford");
    assert_eq!(lines[1].0, at("kiwi", 1));
    assert_eq!(lines[1].1, format!("{:08x}", crc32c::crc32c(at("kiwi", 1).as_bytes())));
}

#[test]
fn a_torn_last_line_is_cut_off_and_the_next_one_is_whole() {
    let world = World::new();
    world.alford().keep("kiwi", 1);
    let whole = fs::read(world.path(JOURNAL_FILE)).expect("there is a journal");
    let torn = [&whole[..], b"AT Alford +0.0000"].concat();
    fs::write(world.path(JOURNAL_FILE), torn).expect("the journal can be written");
    world.alford().keep("plum", 1);
    assert_eq!(world.alford().known(), [at("kiwi", 1), at("plum", 1)]);
}

#[test]
fn damage_in_the_middle_is_refused_where_it_is_and_repaired_on_demand() {
    let world = World::new();
    let server = world.alford();
    for client in ["a", "b", "c"] {
        server.keep(client, 1);
    }
    drop(server);
    let place = world.damage(&at("b", 1), 5) - 5;
    let expected = format!(
        "journal, line 3, byte {place}: the line is damaged; --repair keeps all good lines and \
         sets bad ones aside"
    );
    assert_eq!(world.refusal("Alford"), expected);
    let repaired = world.start("Alford", OnDamage::SetAside).expect("it can be repaired");
    assert_eq!(repaired.known(), [at("a", 1), at("c", 1)]);
    drop(repaired);
    let aside = fs::read_to_string(world.path(BAD_LINES_FILE)).expect("bad lines are kept");
    assert!(aside.contains(" b +0+0 1 *") && aside.lines().count() == 1, "{aside:?}");
    assert_eq!(world.alford().known(), [at("a", 1), at("c", 1)]);
}

#[test]
fn the_journal_of_somebody_else_is_refused() {
    let world = World::new();
    world.alford().keep("kiwi", 1);
    assert_eq!(world.refusal("Ball"), "the journal belongs to the server Alford");
    fs::write(world.path(JOURNAL_FILE), "something else\n").expect("the file can be written");
    let expected = "journal, line 1, byte 0: this is not the first line of a journal";
    assert_eq!(world.refusal("Alford"), expected);
}

#[test]
fn a_folder_has_one_server() {
    let world = World::new();
    let _server = world.alford();
    assert_eq!(world.refusal("Alford"), "another server is using this folder");
}

#[test]
fn a_journal_of_old_positions_is_rewritten_while_it_is_used() {
    let world = World::new();
    let server = world.alford();
    for time in 0..2_000 {
        server.keep("kiwi", time);
    }
    let size = |path: &Path| fs::metadata(path).expect("there is a journal").len();
    assert!(size(&world.path(JOURNAL_FILE)) > 64 * 1024);
    block_on(server.journal.maintain(&server.node)).expect("the disk works");
    assert!(size(&world.path(JOURNAL_FILE)) < 200);
    server.keep("kiwi", 3_000);
    drop(server);
    assert_eq!(world.alford().known(), [at("kiwi", 3_000)]);
}

#[test]
fn check_counts_and_changes_nothing() {
    let world = World::new();
    let server = world.alford();
    server.keep("kiwi", 1);
    server.keep("kiwi", 2);
    drop(server);
    world.damage(&at("kiwi", 2), 3);
    let before = fs::read(world.path(JOURNAL_FILE)).expect("there is a journal");
    let disk = FileDisk::open(world.folder.path()).expect("the folder is free");
    let found = check(&disk, &mut |_, _| {}).expect("it can be read");
    let (report, clients) = found.expect("there is a journal");
    let line_bytes = at("kiwi", 2).len() + " *00000000\n".len();
    assert_eq!((report.lines, report.bad_lines, clients), (1, 0, 1));
    assert_eq!(report.torn_at, Some((before.len() - line_bytes) as u64));
    assert_eq!(fs::read(world.path(JOURNAL_FILE)).expect("there is a journal"), before);
}
