//! A journal's bytes, in chunks of some size: no panic, and the same report as in one piece. Half of
//! the inputs come behind a good first line, so that the rest is reached.
#![no_main]

use herd::journal::{Replay, Report};
use libfuzzer_sys::fuzz_target;

const FIRST_LINE: &[u8] = b"HERD JOURNAL 1 Alford *e871fd12\n";

fuzz_target!(|input: (bool, u8, &[u8])| {
    let (with_first_line, size, bytes) = input;
    let first_line = if with_first_line { FIRST_LINE } else { b"" };
    let file = [first_line, bytes].concat();
    let in_chunks = replay(file.chunks(usize::from(size) + 1));
    assert_eq!(in_chunks, replay([&file[..]].into_iter()));
});

fn replay<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> (u64, Report) {
    let mut replay = Replay::default();
    let mut clients = 0;
    for chunk in chunks {
        replay.take_in(chunk, |_| clients += 1);
    }
    (clients, replay.finish())
}
