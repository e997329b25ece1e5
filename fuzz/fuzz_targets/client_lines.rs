//! A client's bytes, cut into two chunks somewhere, through the line buffer and the node: no panic,
//! and the same replies as in one piece.
#![no_main]

use herd::node::{AtCommands, Lookup, Node, Rules};
use herd::protocol::{LINE_BYTES_MAX, LineBuffer, Timestamp};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, &[u8])| {
    let (cut, stream) = input;
    let (head, tail) = stream.split_at(usize::from(cut) % (stream.len() + 1));
    assert_eq!(replies([head, tail]), replies([stream, b""]));
});

fn replies(chunks: [&[u8]; 2]) -> (Vec<u8>, Vec<Lookup>) {
    let name = "Alford".parse().expect("the name is legal");
    let rules = Rules { at_commands: AtCommands::TakenIn, ..Rules::default() };
    let mut node = Node::new(name, rules, 1);
    let mut lines = LineBuffer::new(LINE_BYTES_MAX);
    let received = Timestamp::from_nanos(1_479_413_884_000_000_000);
    let (mut replies, mut lookups) = (Vec::new(), Vec::new());
    for mut chunk in chunks {
        while let Some(line) = lines.next_line(&mut chunk) {
            lookups.extend(node.command(line, received, &mut replies));
        }
    }
    if let Some(line) = lines.finish() {
        lookups.extend(node.command(line, received, &mut replies));
    }
    (replies, lookups)
}
