//! What somebody may do who comes in over HTTP, and how often.

use super::core::Core;
use super::lookups::{Asker, Lookups};
use super::quota::{Pace, Quotas};
use super::visitor::Visitor;
use crate::access::{ClientCertificate, Grant};
use crate::journal::Failed;
use crate::protocol::{Auth, ClientId, IamAt, MaxResults, Radius};
use crate::runtime::Clock;
use futures_lite::FutureExt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

/// What one request may do. It is decided anew for each request, so a token that was taken back is
/// good for none after that.
pub struct Permission<C: Clock> {
    core: Arc<Core<C>>,
    from: SocketAddr,
    standing: Standing,
}

/// Where a request stands.
enum Standing {
    /// The server wants no tokens.
    Unasked,
    /// It has shown a good token, or a certificate that stands for one.
    Holder(Arc<Grant>),
    /// It has shown none.
    Stranger,
}

impl<C: Clock> Permission<C> {
    /// Judges what a request of `visitor` has shown: the name of a token and the token, or else the
    /// certificate of its connection.
    pub(super) fn judge(
        core: &Arc<Core<C>>,
        visitor: &Visitor,
        shown: Option<(&str, &str)>,
    ) -> Self {
        let (from, certificate) = (visitor.from, visitor.certificate.as_ref());
        let permission = |standing| Self { core: Arc::clone(core), from, standing };
        let Some(guard) = &core.guard else { return permission(Standing::Unasked) };
        let list = guard.list();
        let grant = match (shown, certificate) {
            (Some((name, token)), _) => {
                list.authenticate(&Auth::new(name.as_bytes(), token.as_bytes()))
            }
            (None, Some(certificate)) => list.of_certificate(certificate as &dyn ClientCertificate),
            (None, None) => None,
        };
        if grant.is_none()
            && shown.is_some()
            && let Some(count) = guard.refused.note(core.clock.uptime())
        {
            // Not even the name is told: it may be a token in the wrong place.
            log::warn!(server:% = core.name, client:% = from, count; "refused a request: its token is wrong");
        }
        permission(grant.map_or(Standing::Stranger, |grant| Standing::Holder(Arc::clone(grant))))
    }

    /// Whether it may tell the position of `client`.
    pub fn may_tell(&self, client: ClientId<'_>) -> bool {
        match &self.standing {
            Standing::Unasked => true,
            Standing::Holder(grant) => grant.rights().may_tell(client),
            Standing::Stranger => false,
        }
    }

    /// Whether it may ask where `client` is.
    pub fn may_ask(&self, client: ClientId<'_>) -> bool {
        match &self.standing {
            Standing::Unasked => true,
            Standing::Holder(grant) => grant.rights().may_ask(client),
            Standing::Stranger => false,
        }
    }

    /// Whether it may ask about anybody at all.
    pub fn is_reader(&self) -> bool {
        match &self.standing {
            Standing::Unasked => true,
            Standing::Holder(grant) => grant.rights().is_reader(),
            Standing::Stranger => false,
        }
    }

    /// What [`Handle::ask`](super::Handle::ask) says, whether the client may be asked about or not. If
    /// the source of places is remote and the token has asked it as often as it may today, the reply has
    /// the status `OVER_QUERY_LIMIT`.
    ///
    /// # Errors
    /// When the journal has failed.
    pub async fn ask(
        &self,
        client: ClientId<'_>,
        radius: Radius,
        max: MaxResults,
    ) -> Result<Option<Vec<u8>>, Failed> {
        let Some(lookup) = self.core.look_up(client, radius, max).await? else { return Ok(None) };
        Ok(Some(match self.may_look_up() {
            true => self.core.lookups.reply(&mut Asker::default(), lookup).await,
            false => Lookups::<C>::over_quota(lookup),
        }))
    }

    /// Counts one more question to a source of places; false if the source is remote and the token may
    /// ask it no more today.
    fn may_look_up(&self) -> bool {
        let per_day = NonZeroU32::new(self.core.limits.current().remote_lookups_per_token);
        match (self.grant(), per_day) {
            (Some(grant), Some(per_day)) if self.core.lookups.are_remote() => {
                grant.usage().remote_lookups.take(per_day, self.core.clock.uptime())
            }
            _ => true,
        }
    }

    /// Waits until the quotas let a question in, and counts it.
    pub async fn await_question(&self) {
        self.await_quotas(1, 0).await;
    }

    /// Waits until the quotas let positions in, and counts them. All of them go in at once, and
    /// whoever comes next waits until they are paid off.
    pub async fn await_positions(&self, positions: &[IamAt<'_>]) {
        if self.quotas_are_any() {
            let new_clients = {
                let node = self.core.kept.node();
                let is_new = |iamat: &&IamAt<'_>| node.log().newest(iamat.client()).is_none();
                positions.iter().filter(is_new).count()
            };
            self.await_quotas(positions.len(), new_clients).await;
        }
    }

    fn quotas_are_any(&self) -> bool {
        let limits = self.core.limits.current();
        Quotas { limits: &limits, grant: self.grant() }.are_any()
    }

    async fn await_quotas(&self, commands: usize, new_clients: usize) {
        let Core { clock, stop, addresses, .. } = &*self.core;
        let limits = self.core.limits.current();
        let quotas = Quotas { limits: &limits, grant: self.grant() };
        if !quotas.are_any() {
            return;
        }
        let mut pace = Pace::default();
        loop {
            let now = clock.uptime();
            let granted = pace.grant(1, &quotas, now, || addresses.usage(self.from.ip(), now));
            // A server that stops holds nobody up.
            if granted > 0 || stop.is_requested() {
                break;
            }
            let until = pace.waits_until().unwrap_or(now);
            clock.sleep(until.saturating_sub(now)).or(stop.requested()).await;
            pace.resume();
        }
        pace.note(commands, new_clients, &quotas, clock.uptime());
    }

    fn grant(&self) -> Option<&Grant> {
        match &self.standing {
            Standing::Holder(grant) => Some(grant),
            Standing::Unasked | Standing::Stranger => None,
        }
    }
}
