//! How far a client's commands have come.

use crate::server::buffer_pool::Chunk;

/// Where a client's commands are.
pub(super) enum Input {
    /// On their way.
    Awaited,
    /// Here, and not all taken in yet: the outbox may have to make room first.
    Here(Chunk),
    /// All here, but the last line, which had no LF, is not taken in yet.
    Ended,
    /// All taken in.
    Done,
}
