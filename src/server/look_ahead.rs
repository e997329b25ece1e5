//! Lines that come many at a time.

use crate::node::{Node, PREFETCHED_MAX};
use crate::protocol::clients_ahead;

/// Fewer bytes than this are a line or two, which gain nothing.
const FEW_BYTES: usize = 256;

/// Has the node look at some lines before it takes them in one by one; see
/// [`ChangeLog::prefetch`](crate::node::ChangeLog::prefetch).
#[derive(Default)]
pub(super) struct LookAhead {
    lines_left: usize,
}

impl LookAhead {
    /// To be called before each line; `rest` begins with it.
    pub(super) fn line(&mut self, node: &Node, rest: &[u8]) {
        if self.lines_left == 0 {
            self.lines_left = PREFETCHED_MAX;
            if rest.len() >= FEW_BYTES {
                node.log().prefetch(clients_ahead(rest));
            }
        }
        self.lines_left -= 1;
    }
}
