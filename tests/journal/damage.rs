//! Damaged journals: refused at start, repaired on demand, and good lines are never lost.

use super::world::{World, at};
use herd::journal::{BAD_LINES_FILE, JOURNAL_FILE, OnDamage, Verdict};
use std::fs;

const NOT_THE_FIRST_LINE: &str = ", line 1, byte 0: this is not the first line of a journal";

#[test]
fn a_torn_last_line_is_cut_off_and_the_next_one_is_whole() {
    let world = World::new();
    world.alford().keep("kiwi", 1);
    world.write_journal([&world.journal()[..], b"AT Alford +0.0000"].concat());
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
    assert_eq!(world.refusal(), format!(", line 3, byte {place}: the line is damaged"));
    assert_eq!(world.repaired().known(), [at("a", 1), at("c", 1)]);
    let aside = fs::read_to_string(world.path(BAD_LINES_FILE)).expect("bad lines are kept");
    assert!(aside.contains(" b +0+0 1 *") && aside.lines().count() == 1, "{aside:?}");
    assert_eq!(world.alford().known(), [at("a", 1), at("c", 1)]);
}

/// A journal whose first line was replaced, and what it should hold after a repair.
fn first_lines(header: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut flipped = header.to_vec();
    flipped[3] ^= 4;
    vec![
        ("a flipped bit", flipped),
        ("a byte order mark", [b"\xef\xbb\xbf", header].concat()),
        ("CR LF", [&header[..header.len() - 1], b"\r\n"].concat()),
        ("half of it", b"HERD JOUR\n".to_vec()),
        ("zeros", [&[0; 4096][..], b"\n"].concat()),
        ("something else", b"hello\n".to_vec()),
    ]
}

/// Would fail if damage to the first line, which holds no position, could lose all positions.
#[test]
fn a_damaged_first_line_is_refused_and_repaired() {
    let world = World::new();
    let server = world.alford();
    server.keep("kiwi", 1);
    server.keep("plum", 1);
    drop(server);
    let whole = world.journal();
    let header_bytes = 1 + whole.iter().position(|&byte| byte == b'\n').expect("a first line");
    let (header, lines) = whole.split_at(header_bytes);
    for (what, first_line) in first_lines(header) {
        world.write_journal([&first_line[..], lines].concat());
        assert_eq!(world.refusal(), NOT_THE_FIRST_LINE, "{what}");
        assert_eq!(world.repaired().known(), [at("kiwi", 1), at("plum", 1)], "{what}");
        let aside = fs::read(world.path(BAD_LINES_FILE)).expect("the bad line is kept");
        assert_eq!(aside, first_line, "{what}");
        fs::remove_file(world.path(BAD_LINES_FILE)).expect("it is there");
        assert_eq!(world.alford().known(), [at("kiwi", 1), at("plum", 1)], "{what}");
    }
}

/// An empty file need not be set aside, but the operator should be told.
#[test]
fn a_missing_first_line_and_an_empty_file_are_refused_and_repaired() {
    let world = World::new();
    world.alford().keep("kiwi", 1);
    let whole = world.journal();
    let header_bytes = 1 + whole.iter().position(|&byte| byte == b'\n').expect("a first line");
    for (rest, known) in [(&whole[header_bytes..], vec![at("kiwi", 1)]), (b"", vec![])] {
        world.write_journal(rest);
        assert_eq!(world.refusal(), NOT_THE_FIRST_LINE);
        assert_eq!(world.repaired().known(), known);
        assert!(!world.path(BAD_LINES_FILE).exists());
        assert_eq!(world.alford().known(), known);
    }
}

/// An editor that saves with CR LF changes every line, and loses no position.
#[test]
fn a_journal_in_cr_lf_is_refused_and_repaired_whole() {
    let world = World::new();
    let server = world.alford();
    server.keep("kiwi", 1);
    server.keep("plum", 1);
    drop(server);
    let text = String::from_utf8(world.journal()).expect("a journal is text");
    world.write_journal(text.replace('\n', "\r\n"));
    assert_eq!(world.refusal(), NOT_THE_FIRST_LINE);
    assert_eq!(world.repaired().known(), [at("kiwi", 1), at("plum", 1)]);
    assert_eq!(world.alford().known(), [at("kiwi", 1), at("plum", 1)]);
}

/// A wrong --data-dir must not cost another server its journal, whatever the options say.
#[test]
fn the_journal_of_another_server_or_version_is_refused_even_for_repair() {
    let world = World::new();
    world.alford().keep("kiwi", 1);
    let whole = world.journal();
    let marked = [b"\xef\xbb\xbf", &whole[..]].concat();
    let path = world.path(JOURNAL_FILE).display().to_string();
    for (bytes, on_damage) in
        [(&whole, OnDamage::Refuse), (&whole, OnDamage::SetAside), (&marked, OnDamage::SetAside)]
    {
        world.write_journal(bytes);
        let refused = world.start("Ball", on_damage).err().expect("it is another server's");
        let expected = format!("{path}: the journal belongs to the server Alford");
        assert_eq!(refused.to_string(), expected);
        assert_eq!(&world.journal(), bytes);
    }
    let newer = "HERD JOURNAL 2 Alford";
    world.write_journal(format!("{newer} *{:08x}\n", crc32c::crc32c(newer.as_bytes())));
    for on_damage in [OnDamage::Refuse, OnDamage::SetAside] {
        let refused = world.start("Alford", on_damage).err().expect("it is too new");
        let expected = format!("{path}: the journal has version 2, and this program reads up to 1");
        assert_eq!(refused.to_string(), expected);
    }
}

/// Would fail if `check` called good what a start refuses, or the other way round.
#[test]
fn check_and_start_agree_about_every_cut_and_every_flipped_bit() {
    let world = World::new();
    let server = world.alford();
    server.keep("kiwi", 1);
    server.keep("plum", 1);
    drop(server);
    let whole = world.journal();
    for place in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        for bytes in [&whole[..place], &flipped] {
            world.write_journal(bytes);
            let verdict = world.verdict();
            let is_good = matches!(verdict, Verdict::Whole | Verdict::Torn(_));
            let started = world.start("Alford", OnDamage::Refuse);
            assert_eq!(started.is_ok(), is_good, "{place}: {verdict:?}, {:?}", started.err());
        }
    }
}
