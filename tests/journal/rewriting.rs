//! Rewriting the journal: when it is due, and when it fails.

use super::faulty_disk::{Fault, FaultyDisk};
use super::world::{Kept, World, at};
use herd::journal::{BAD_LINES_FILE, FileDisk, OnDamage, Verdict};
use std::fs;

const FAULTS: [Fault; 4] =
    [Fault::Create, Fault::AppendElsewhere, Fault::SyncElsewhere, Fault::Rename];

/// A server whose journal is due for a rewrite.
fn overgrown(world: &World) -> Kept {
    // The first start makes the file, the second one finds it.
    drop(world.alford());
    let server = world.alford();
    for time in 0..2_000 {
        server.keep("kiwi", time);
    }
    assert!(world.journal_bytes() > 64 * 1024);
    server
}

#[test]
fn a_journal_of_old_positions_is_rewritten_while_it_is_used() {
    let world = World::new();
    let server = overgrown(&world);
    server.maintain(1);
    assert!(world.journal_bytes() < 200);
    server.keep("kiwi", 3_000);
    drop(server);
    assert_eq!(world.alford().known(), [at("kiwi", 3_000)]);
}

/// Would fail if a disk that is nearly full, or a process without descriptors, ended a server whose
/// journal is whole.
#[test]
fn a_rewrite_that_fails_is_given_up_and_tried_again_later() {
    for fault in FAULTS {
        let world = World::new();
        let server = overgrown(&world);
        let bytes = world.journal_bytes();
        let created = server.disk.created();
        server.disk.fail(fault);
        server.maintain(15);
        assert_eq!(server.disk.created() - created, 2, "{fault:?}: not each second");
        server.keep("plum", 1);
        assert!(world.journal_bytes() > bytes, "{fault:?}: the old journal is in use");
        assert!(!world.path("journal.new").exists(), "{fault:?}: the disk needs the room");
        server.disk.mend();
        server.maintain(60);
        assert!(world.journal_bytes() < 300, "{fault:?}: it is rewritten when it can be");
        assert!(server.finish().is_none(), "{fault:?}");
        assert_eq!(world.alford().known(), [at("kiwi", 1_999), at("plum", 1)], "{fault:?}");
    }
}

/// Would fail if the new file could take the room that the journal in use needs for the next line.
#[test]
fn a_rewrite_does_not_begin_without_room_for_both_files() {
    let world = World::new();
    let server = overgrown(&world);
    let created = server.disk.created();
    server.disk.fail(Fault::LittleRoom);
    server.maintain(60);
    assert_eq!(server.disk.created(), created);
    server.disk.mend();
    server.maintain(60);
    assert!(world.journal_bytes() < 200);
}

/// After the rename nobody knows which journal a crash of the machine would bring back.
#[test]
fn a_new_name_that_is_not_safe_is_the_end() {
    let world = World::new();
    let server = overgrown(&world);
    server.disk.fail(Fault::SyncNames);
    let error = server.end_in_maintenance().to_string();
    let path = world.path("journal").display().to_string();
    let expected = format!("cannot synchronize the folder of {path}: ");
    assert!(error.starts_with(&expected), "{error}");
}

#[test]
fn a_failed_append_is_the_end() {
    let world = World::new();
    drop(world.alford());
    let server = world.alford();
    server.disk.fail(Fault::AppendInUse);
    let error = server.end_in_cover("kiwi").to_string();
    let path = world.path("journal").display().to_string();
    assert!(error.starts_with(&format!("cannot write the journal {path}: ")), "{error}");
}

/// Would fail if `--repair` needed room on the disk to start, or gave up what it could not write.
#[test]
fn a_repair_that_fails_is_tried_again_while_the_server_runs() {
    for fault in FAULTS {
        let world = World::new();
        let server = world.alford();
        for client in ["a", "b", "c"] {
            server.keep(client, 1);
        }
        drop(server);
        world.damage(&at("b", 1), 5);
        let disk = FileDisk::open(world.folder.path()).expect("the folder is free");
        let disk = FaultyDisk::new(disk).with(fault);
        let server = world.start_on(disk, "Alford", OnDamage::SetAside).expect("it starts");
        server.keep("d", 1);
        server.maintain(30);
        let damaged = world.verdict();
        assert!(matches!(damaged, Verdict::Damaged(_)), "{fault:?}: {damaged:?}");
        server.disk.mend();
        server.maintain(60);
        drop(server);
        let known = world.alford().known();
        assert_eq!(known, [at("a", 1), at("c", 1), at("d", 1)], "{fault:?}");
        let aside = fs::read_to_string(world.path(BAD_LINES_FILE)).expect("bad lines are kept");
        assert_eq!(aside.matches(" b +0+0 1 *").count(), 1, "{fault:?}: {aside:?}");
    }
}
