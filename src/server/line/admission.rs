//! What a client may do, and how often.

use super::gate::{Answer, Gate};
use crate::access::{ClientCertificate, Grant};
use crate::config::Limits;
use crate::node::Node;
use crate::protocol::{Line, Timestamp};
use crate::runtime::Clock;
use crate::server::core::Core;
use crate::server::quota::{Pace, Quotas};
use crate::server::visitor::Visitor;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// One client's rights and quotas. Where everybody may do everything as often as they like, it costs a
/// look at something that is not there.
pub(super) struct Admission<C: Clock> {
    core: Arc<Core<C>>,
    from: SocketAddr,
    /// None where everybody may do everything.
    gate: Option<Box<Gate>>,
    pace: Pace,
}

impl<C: Clock> Admission<C> {
    pub(super) fn new(core: Arc<Core<C>>, visitor: &Visitor) -> Self {
        let now = core.clock.uptime();
        let certificate = visitor.certificate.as_ref().map(|it| it as &dyn ClientCertificate);
        let gate = core.guard.as_ref().map(|guard| Gate::new(Arc::clone(guard), certificate, now));
        Self { from: visitor.from, gate: gate.map(Box::new), pace: Pace::default(), core }
    }

    /// Answers one line, as far as the client may.
    #[inline]
    pub(super) fn answer(
        &mut self,
        node: &mut Node,
        line: Line<'_>,
        received: Timestamp,
        reply: &mut Vec<u8>,
    ) -> Answer {
        match &mut self.gate {
            None => Answer::Given(node.command(line, received, reply)),
            Some(gate) => gate.answer(node, line, received, reply),
        }
    }

    /// How many lines may be answered now, up to `wanted`. If the client must wait before that, it
    /// [waits](Self::waits_until). A server that stops holds nobody up.
    pub(super) fn lines_max(&mut self, wanted: usize, limits: &Limits) -> usize {
        let Self { core, from, gate, pace } = self;
        let quotas = Quotas { limits, grant: grant(gate) };
        if !quotas.are_any() || core.stop.is_requested() {
            return wanted;
        }
        let now = core.clock.uptime();
        pace.grant(wanted, &quotas, now, || core.addresses.usage(from.ip(), now))
    }

    /// Counts what a turn has used of the quotas, and tells an operator of what was not permitted.
    pub(super) fn note_used(&mut self, lines: usize, new_clients: usize, limits: &Limits) {
        let quotas = Quotas { limits, grant: grant(&self.gate) };
        if quotas.are_any() {
            self.pace.note(lines, new_clients, &quotas, self.core.clock.uptime());
        }
        self.report_denied();
    }

    /// Counts one more question to a remote source of places, if the client's token may still ask one
    /// today.
    pub(super) fn may_look_up(&self, limits: &Limits) -> bool {
        match (grant(&self.gate), NonZeroU32::new(limits.remote_lookups_per_token)) {
            (Some(grant), Some(per_day)) if self.core.lookups.are_remote() => {
                grant.usage().remote_lookups.take(per_day, self.core.clock.uptime())
            }
            _ => true,
        }
    }

    /// Until when nothing is taken in, by the clock's uptime; None while nothing holds the client up.
    pub(super) fn waits_until(&self) -> Option<Duration> {
        self.pace.waits_until()
    }

    /// The wait is over.
    pub(super) fn resume(&mut self) {
        self.pace.resume();
    }

    /// When the client must have shown a token; None once it has, and where it needs none.
    pub(super) fn auth_due(&self) -> Option<Duration> {
        self.gate.as_ref().and_then(|gate| gate.auth_due())
    }

    /// Whether the client's token is no longer good.
    pub(super) fn is_revoked(&mut self) -> bool {
        self.gate.as_mut().is_some_and(|gate| gate.is_revoked())
    }

    /// Ready when the client's token is no longer good.
    pub(super) fn poll_revoked(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.gate.as_mut().map_or(Poll::Pending, |gate| gate.poll_revoked(cx))
    }

    /// Tells an operator of an AUTH that is not good. Not even the name is told: it may be a token in
    /// the wrong place.
    pub(super) fn report_refused(&self) {
        if let Some(guard) = &self.core.guard
            && let Some(count) = guard.refused.note(self.core.clock.uptime())
        {
            let (server, client) = (&self.core.name, self.from);
            log::warn!(server:%, client:%, count; "refused an AUTH: its name or its token is wrong");
        }
    }

    fn report_denied(&mut self) {
        let Some(gate) = &mut self.gate else { return };
        if gate.take_denied() > 0
            && let Some(guard) = &self.core.guard
            && let Some(times) = guard.not_permitted.note(self.core.clock.uptime())
        {
            let (server, client) = (&self.core.name, self.from);
            let token = gate.grant().map_or("none", |grant| grant.name().as_str());
            log::info!(server:%, client:%, token, times; "refused commands that the client's token does not permit");
        }
    }
}

/// The token that the client holds, if it needs one and has shown it.
fn grant(gate: &Option<Box<Gate>>) -> Option<&Grant> {
    gate.as_ref().and_then(|gate| gate.grant()).map(|grant| &**grant)
}
