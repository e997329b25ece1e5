//! Telling an operator what the node refused.

use super::core::Core;
use crate::node::{Node, Origin};
use crate::protocol::ServerName;
use crate::runtime::Clock;
use std::time::Duration;

/// The time from one report to the next.
const PERIOD: Duration = Duration::from_secs(60);

/// When something that the node refused was last told.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// In uptime; None before the first report.
    told_at: Option<Duration>,
}

impl Refusals {
    /// Tells what was refused, if the last report was a minute ago or there was none yet. So the first
    /// refusal is told at once, and all others once a minute with their count.
    pub(super) fn report_if_due<C: Clock>(&mut self, core: &Core<C>) {
        let now = core.clock.uptime();
        if self.told_at.is_some_and(|told_at| now.saturating_sub(told_at) < PERIOD) {
            return;
        }
        if report(core) == Told::Something {
            self.told_at = Some(now);
        }
    }
}

/// Whether a report had anything to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Something,
    Nothing,
}

/// Tells what was refused since the last report: one event for each reason and each sender.
pub(super) fn report<C: Clock>(core: &Core<C>) -> Told {
    // The node is not locked while events are written.
    let refused = core.kept.node().take_refused();
    if refused.is_empty() {
        return Told::Nothing;
    }
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
    Told::Something
}

/// Tells what was refused while the journal was read back: lines that find no room.
pub(super) fn report_replay(server: &ServerName, node: &mut Node) {
    for ((_, reason), lines) in node.take_refused() {
        log::error!(server:%, reason:%, lines; "lines of the journal were left out");
    }
}
