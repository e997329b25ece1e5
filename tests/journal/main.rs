//! A journal in a real folder: what is kept, what is refused, what is repaired.

mod damage;
mod faulty_disk;
mod outside;
mod rewriting;
mod world;

use herd::journal::{Checked, FileDisk, JOURNAL_FILE, OnDamage, Verdict, check};
use herd::protocol::PEER_LINE_BYTES_MAX;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use world::{World, at};

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

/// Would fail if the journal could not read back everything that the log can hold.
#[test]
fn the_longest_line_of_the_log_is_read_back() {
    let world = World::new();
    let line = |id: &str| format!("AT Alford +0.000000000 {id} +0+0 1");
    let longest = line(&"x".repeat(PEER_LINE_BYTES_MAX - line("").len()));
    assert_eq!(longest.len(), PEER_LINE_BYTES_MAX);
    let server = world.alford();
    server.take_in(&longest);
    server.keep("zebra", 1);
    drop(server);
    assert_eq!(world.alford().known(), [longest, at("zebra", 1)]);
}

#[test]
fn a_folder_has_one_server() {
    let world = World::new();
    let _server = world.alford();
    let refused = world.start("Alford", OnDamage::Refuse).err().expect("the folder is taken");
    let folder = world.folder.path().display();
    assert_eq!(refused.to_string(), format!("another server is using the folder {folder}"));
}

/// Where people have been is nobody else's business.
#[test]
fn files_belong_to_their_owner_alone() {
    let world = World::new();
    world.alford().keep("kiwi", 1);
    world.damage("HERD", 0);
    drop(world.repaired());
    for entry in fs::read_dir(world.folder.path()).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let mode = entry.metadata().expect("the file is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{entry:?}");
    }
}

#[test]
fn check_counts_and_changes_nothing() {
    let world = World::new();
    let server = world.alford();
    server.keep("kiwi", 1);
    server.keep("kiwi", 2);
    drop(server);
    world.damage(&at("kiwi", 2), 3);
    fs::remove_file(world.path("lock")).expect("there was a server");
    let before = world.journal();
    let found = check(world.folder.path(), &mut |_, _| {}).expect("it can be read");
    let Checked { report, clients } = found.expect("there is a journal");
    let line_bytes = at("kiwi", 2).len() + " *00000000\n".len();
    assert_eq!((report.lines, report.bad_lines, clients), (1, 0, 1));
    assert_eq!(report.verdict(), Verdict::Torn((before.len() - line_bytes) as u64));
    assert_eq!(world.journal(), before);
    assert_eq!(fs::read_dir(world.folder.path()).expect("the folder is there").count(), 1);
}

#[test]
fn check_works_beside_a_server_and_without_a_journal() {
    let world = World::new();
    let check = || check(world.folder.path(), &mut |_, _| {}).expect("it can be read");
    assert_eq!(check(), None);
    let server = world.alford();
    server.keep("kiwi", 1);
    let checked = check().expect("there is a journal");
    assert_eq!((checked.report.verdict(), checked.clients), (Verdict::Whole, 1));
    server.keep("plum", 1);
    assert!(FileDisk::open(world.folder.path()).is_err(), "the server still has its folder");
}
