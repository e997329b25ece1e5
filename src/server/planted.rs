//! Mistakes that the simulation must be able to find.

/// A mistake that a server makes on purpose, so that a test can show that checks find it. No server
/// makes any unless it was [told to](super::Builder::planted), which only the feature `sim` allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// A reply goes out before what it promises is in the journal.
    ReplyBeforeWrite,
    /// Neighbors are told what the journal's policy has not covered.
    FeedAheadOfFsync,
    /// A neighbor that asks to follow is not sent what it told before, though it may have lost that.
    NothingSentBack,
    /// A position that is older than the known one takes its place.
    OlderTaken,
    /// A number is believed to mean the same in another log.
    CursorKept,
    /// A feed says how far it is before it sends the lines up to there.
    SeqBeforeLines,
}

/// Puts a `SEQ` before the lines that it covers, and behind the `LOG` that begins a feed.
pub(super) fn put_before_lines(batch: &mut Vec<u8>, seq: &str) {
    let first_line = batch.iter().position(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    let begin = if batch.starts_with(b"LOG") { first_line } else { 0 };
    batch.splice(begin..begin, seq.bytes());
}
