//! A neighbor's bytes, as a follower and as a feed read them: no panic, what is taken in can be read
//! again, and taking it in again changes nothing.
#![no_main]

use herd::node::{NeighborId, Node, Rules};
use herd::protocol::{At, FeedLine, Follow, Line, LineBuffer, PEER_LINE_BYTES_MAX, Timestamp};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|stream: &[u8]| {
    let name = "Alford".parse().expect("the name is legal");
    let mut node = Node::new(name, Rules::default(), 1);
    let now = Timestamp::from_nanos(1_500_000_000_000_000_000);
    let mut take_in = |at: &At<'_>| node.take_in_from_neighbor(at, NeighborId(0), now);
    let mut lines = LineBuffer::new(PEER_LINE_BYTES_MAX);
    let mut rest = stream;
    while let Some(line) = lines.next_line(&mut rest) {
        let Line::Whole(text) = line else { continue };
        if let Some(follow) = Follow::parse(text) {
            assert_eq!(Follow::parse(follow.to_string().as_bytes()), Some(follow));
        }
        if let Some(FeedLine::At(at)) = FeedLine::parse(text) {
            let taken = take_in(&at);
            assert_eq!(take_in(&at), taken.map(|_| None));
        }
    }
    for change in node.log().changes_after(0) {
        let mut again = Vec::new();
        let text = change.line.strip_suffix(b"\n").expect("a log's lines end with LF");
        At::parse(text).expect("the log holds AT lines").write(&mut again);
        assert_eq!(again, text);
    }
});
