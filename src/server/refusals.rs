//! Telling an operator what the node refused.

use super::core::Core;
use crate::node::{Node, Origin};
use crate::protocol::ServerName;
use crate::runtime::Clock;

/// How many maintenance periods pass between two reports: about a minute.
pub(super) const PERIODS_A_REPORT: u32 = 60;

/// Tells what was refused since the last report: one event for each reason and each sender.
pub(super) fn report<C: Clock>(core: &Core<C>) {
    // The node is not locked while events are written.
    let refused = core.kept.node().take_refused();
    for ((origin, refusal), lines) in refused {
        match origin {
            Origin::Here => {
                log::warn!(server:% = core.name, reason:% = refusal, lines; "refused positions of clients")
            }
            Origin::Neighbor(id) => {
                let neighbor = core.neighbors.name(id);
                log::warn!(server:% = core.name, neighbor:%, reason:% = refusal, lines; "refused lines of a neighbor");
            }
        }
    }
}

/// Tells what was refused while the journal was read back: lines that find no room.
pub(super) fn report_replay(server: &ServerName, node: &mut Node) {
    for ((_, reason), lines) in node.take_refused() {
        log::error!(server:%, reason:%, lines; "lines of the journal were left out");
    }
}
