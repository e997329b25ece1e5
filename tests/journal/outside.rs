//! What others do to a journal while its server runs.

use super::faulty_disk::Fault;
use super::world::{World, at};
use std::fs::{self, File};

/// A way to harm a journal.
type Harm = fn(&World);

const HARMS: [(&str, Harm); 6] = [
    ("removed", |world| fs::remove_file(world.path("journal")).expect("it is there")),
    ("truncated", |world| {
        let file = File::options().write(true).open(world.path("journal"));
        file.and_then(|file| file.set_len(0)).expect("it is there");
    }),
    ("cut by a byte", |world| {
        let file = File::options().write(true).open(world.path("journal"));
        let bytes = world.journal_bytes() as u64 - 1;
        file.and_then(|file| file.set_len(bytes)).expect("it is there");
    }),
    ("replaced", |world| {
        fs::write(world.path("other"), world.journal()).expect("there is room");
        fs::rename(world.path("other"), world.path("journal")).expect("it is there");
    }),
    ("appended to", |world| {
        world.write_journal([&world.journal()[..], b"hello\n"].concat());
    }),
    ("removed with its folder", |world| {
        fs::remove_dir_all(world.folder.path()).expect("it is there");
    }),
];

/// Would fail if a server went on acknowledging positions that it writes into a file that nobody
/// can open.
#[test]
fn a_journal_that_is_changed_by_others_is_written_anew_within_a_second() {
    for (what, harm) in HARMS {
        let world = World::new();
        let server = world.alford();
        server.keep("kiwi", 1);
        harm(&world);
        server.keep("plum", 1);
        server.maintain(1);
        server.keep("fig", 1);
        drop(server);
        assert_eq!(world.alford().known(), [at("fig", 1), at("kiwi", 1), at("plum", 1)], "{what}");
    }
}

/// Would fail if the journal were not checked once more when the server stops.
#[test]
fn a_journal_that_is_changed_just_before_an_orderly_stop_is_written_anew() {
    for (what, harm) in HARMS {
        let world = World::new();
        let server = world.alford();
        server.keep("kiwi", 1);
        harm(&world);
        assert!(server.finish().is_none(), "{what}");
        assert_eq!(world.alford().known(), [at("kiwi", 1)], "{what}");
    }
}

/// A stop that loses what was acknowledged must not look like a good one.
#[test]
fn a_stop_without_a_journal_is_a_failure() {
    let world = World::new();
    let server = world.alford();
    server.keep("kiwi", 1);
    fs::remove_file(world.path("journal")).expect("it is there");
    server.disk.fail(Fault::Create);
    let path = world.path("journal.new").display().to_string();
    let error = server.finish().expect("it cannot be written").to_string();
    assert!(error.starts_with(&format!("cannot make the new journal {path}: ")), "{error}");
}

/// A journal that nobody has touched is left alone.
#[test]
fn a_journal_in_its_place_is_not_written_anew() {
    let world = World::new();
    let server = world.alford();
    server.keep("kiwi", 1);
    let created = server.disk.created();
    server.maintain(100);
    assert_eq!(server.disk.created(), created);
}
